package org.kunitjvm.kunit.engine;

import org.junit.platform.engine.support.descriptor.AbstractTestDescriptor;

/** A parameter of a case, known from the moment it runs. Its name for people is its description. */
final class ParamDescriptor extends AbstractTestDescriptor {
    private final String legacyName;

    ParamDescriptor(CaseDescriptor testCase, int number, String description) {
        super(Ids.param(testCase.getUniqueId(), number), description, testCase.getSource().orElseThrow());
        this.legacyName = testCase.getLegacyReportingName() + "[" + number + "]";
    }

    @Override
    public Type getType() {
        return Type.TEST;
    }

    @Override
    public String getLegacyReportingName() {
        return legacyName;
    }
}
