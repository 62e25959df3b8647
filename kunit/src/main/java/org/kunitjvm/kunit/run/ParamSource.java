package org.kunitjvm.kunit.run;

import java.util.Iterator;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.Kunit;

/** Where the parameters of a case come from. */
public interface ParamSource {
    /** One parameter; an empty description stands for {@code param-<index>}. */
    record Param(@Nullable Object value, String desc) {
    }

    /** The parameters of one run, one at a time, and how many there will be. */
    interface Params extends Iterator<Param> {
        /** The number, known beforehand for arrays only; else -1. */
        int count();

        /** Whether to run the parameter with this number, counted from 1; it keeps its number either way. */
        default boolean wants(int number) {
            return true;
        }
    }

    /** Start a run. {@code test} is the context of the case (the parent context in 7.x). */
    Params open(Kunit test);

    /** Set up once before the parameters (7.x); not 0 means that there is no run. */
    default int init(Kunit parent) throws Throwable {
        return 0;
    }

    /** Tear down once after the parameters (7.x). */
    default void exit(Kunit parent) throws Throwable {
    }
}
