package org.kunitjvm.kunit.engine;

import java.util.List;

import org.junit.platform.engine.UniqueId;

/** Builds and reads the unique ids of this engine. */
final class Ids {
    private static final String SUITE = "suite";
    private static final String CASE = "case";
    private static final String PARAM = "param";

    private Ids() {
    }

    static UniqueId suite(UniqueId engine, String className) {
        return engine.append(SUITE, className);
    }

    static UniqueId testCase(UniqueId suite, String caseId) {
        return suite.append(CASE, caseId);
    }

    static UniqueId param(UniqueId testCase, int number) {
        return testCase.append(PARAM, Integer.toString(number));
    }

    static boolean isSuite(UniqueId id) {
        return is(id, SUITE);
    }

    static boolean isCase(UniqueId id) {
        return is(id, SUITE, CASE);
    }

    static boolean isParam(UniqueId id) {
        return is(id, SUITE, CASE, PARAM) && id.getLastSegment().getValue().matches("[1-9][0-9]{0,8}");
    }

    static String className(UniqueId id) {
        return own(id).get(0).getValue();
    }

    static String caseId(UniqueId id) {
        return own(id).get(1).getValue();
    }

    static int paramNumber(UniqueId id) {
        return Integer.parseInt(own(id).get(2).getValue());
    }

    private static boolean is(UniqueId id, String... types) {
        return own(id).stream().map(UniqueId.Segment::getType).toList().equals(List.of(types));
    }

    /** The segments behind this engine's; none for ids of other engines. This engine may run below another one. */
    private static List<UniqueId.Segment> own(UniqueId id) {
        List<UniqueId.Segment> segments = id.getSegments();
        for (int i = segments.size() - 1; i >= 0; i--) {
            UniqueId.Segment segment = segments.get(i);
            if (segment.getType().equals("engine")) {
                return segment.getValue().equals(KunitTestEngine.ID) ? segments.subList(i + 1, segments.size())
                    : List.of();
            }
        }
        return List.of();
    }
}
