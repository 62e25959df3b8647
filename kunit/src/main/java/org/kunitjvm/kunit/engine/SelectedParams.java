package org.kunitjvm.kunit.engine;

import java.util.Set;

import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.run.ParamSource;

/** Some of the parameters of a case, by their numbers from 1; they keep their numbers and descriptions. */
record SelectedParams(ParamSource source, Set<Integer> numbers) implements ParamSource {
    @Override
    public Params open(Kunit test) {
        Params all = source.open(test);
        return new Params() {
            @Override
            public int count() {
                return all.count();
            }

            @Override
            public boolean wants(int number) {
                return numbers.contains(number);
            }

            @Override
            public boolean hasNext() {
                return all.hasNext();
            }

            @Override
            public Param next() {
                return all.next();
            }
        };
    }

    @Override
    public int init(Kunit parent) throws Throwable {
        return source.init(parent);
    }

    @Override
    public void exit(Kunit parent) throws Throwable {
        source.exit(parent);
    }
}
