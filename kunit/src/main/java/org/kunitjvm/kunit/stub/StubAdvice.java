package org.kunitjvm.kunit.stub;

import net.bytebuddy.asm.Advice;
import net.bytebuddy.implementation.bytecode.assign.Assigner;
import org.jspecify.annotations.Nullable;

/** The code that is copied to the entry and the exit of a stubbable method. Its bodies must stand on their own. */
public final class StubAdvice {
    private StubAdvice() {
    }

    /** Skip the method if a replacement has run. */
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    public static StubDispatch.@Nullable Outcome enter(@Advice.Origin("#t") String owner,
        @Advice.Origin("#m") String name,
        @Advice.Origin("#d") String descriptor, @Advice.This(optional = true) @Nullable Object self,
        @Advice.AllArguments @Nullable Object[] args) throws Throwable {
        return StubDispatch.enter(owner, name, descriptor, self, args);
    }

    /** Return what the replacement returned. */
    @Advice.OnMethodExit
    public static void exit(@Advice.Enter StubDispatch.@Nullable Outcome outcome,
        @Advice.Return(readOnly = false, typing = Assigner.Typing.DYNAMIC) @Nullable Object result) {
        if (outcome != null) {
            result = outcome.value();
        }
    }
}
