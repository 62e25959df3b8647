package org.kunitjvm.kunit;

import java.lang.StackWalker.StackFrame;
import java.util.Iterator;
import java.util.Set;
import java.util.stream.Stream;

import org.kunitjvm.kunit.assertion.CallSite;

/**
 * Finds where a macro was called: the nearest frame that is not the framework's own. For calls that have something to
 * report.
 */
final class CallSites {
    /** Two or three frames are looked at. */
    private static final int FRAMES = 4;
    private static final StackWalker WALKER =
        StackWalker.getInstance(Set.of(StackWalker.Option.RETAIN_CLASS_REFERENCE), FRAMES);

    private static final Set<String> OWN = Set.of(Check.class.getName(), CheckPoint.class.getName(),
        KunitAssert.class.getName(), Kunit.class.getName(), CallSites.class.getName());
    private static final String STUBS = "org.kunitjvm.kunit.stub.StaticStub";

    private CallSites() {
    }

    /** The place of the nearest call that is not the framework's. */
    static CallSite caller() {
        return WALKER.walk(CallSites::firstOutside);
    }

    private static CallSite firstOutside(Stream<StackFrame> frames) {
        for (Iterator<StackFrame> rest = frames.iterator(); rest.hasNext();) {
            StackFrame frame = rest.next();
            if (!isOwn(frame.getClassName())) {
                return of(frame);
            }
        }
        throw new IllegalStateException("a check without a caller");
    }

    private static CallSite of(StackFrame frame) {
        String file = frame.getFileName();
        return new CallSite(frame.getDeclaringClass(), frame.getMethodName(), frame.getDescriptor(),
            file == null ? frame.getDeclaringClass().getSimpleName() + ".java" : file, frame.getLineNumber(),
            frame.getByteCodeIndex());
    }

    /** Whether a class of this name is the framework's, in which no call of a test is. */
    static boolean isOwn(String className) {
        return OWN.contains(className) || className.startsWith(STUBS);
    }
}
