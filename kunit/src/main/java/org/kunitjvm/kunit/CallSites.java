package org.kunitjvm.kunit;

import java.lang.StackWalker.StackFrame;
import java.util.Iterator;
import java.util.Set;
import java.util.stream.Stream;

import org.kunitjvm.kunit.assertion.CallSite;

/** Finds where a macro was called: the nearest frame that is not the framework's own. */
final class CallSites {
    /** Two or three frames are looked at: fetching few makes a passing check cheap. */
    private static final int FRAMES = 4;
    private static final StackWalker WALKER =
        StackWalker.getInstance(Set.of(StackWalker.Option.RETAIN_CLASS_REFERENCE), FRAMES);

    private static final String STUBS = "org.kunitjvm.kunit.stub.StaticStub";

    private CallSites() {
    }

    /** The frame of the caller. It is cheap to keep; its line is only worked out when it is asked for. */
    static StackFrame caller() {
        return WALKER.walk(CallSites::firstOutside);
    }

    private static StackFrame firstOutside(Stream<StackFrame> frames) {
        for (Iterator<StackFrame> rest = frames.iterator(); rest.hasNext();) {
            StackFrame frame = rest.next();
            if (isOutside(frame)) {
                return frame;
            }
        }
        throw new IllegalStateException("a check without a caller");
    }

    static CallSite of(StackFrame frame) {
        String file = frame.getFileName();
        return new CallSite(frame.getDeclaringClass(), frame.getMethodName(), frame.getDescriptor(),
            file == null ? frame.getDeclaringClass().getSimpleName() + ".java" : file, frame.getLineNumber(),
            frame.getByteCodeIndex());
    }

    private static boolean isOutside(StackFrame frame) {
        Class<?> type = frame.getDeclaringClass();
        return type != Check.class && type != KunitAssert.class && type != Kunit.class && type != CallSites.class
            && !type.getName().startsWith(STUBS);
    }
}
