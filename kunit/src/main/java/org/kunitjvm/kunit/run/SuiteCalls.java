package org.kunitjvm.kunit.run;

import org.jspecify.annotations.Nullable;

/**
 * Calls the methods of one suite. Classes of this type are generated when suites are archived ({@link SuiteCallsCode}),
 * because whatever reflection and method handles need to call a method for the first time costs more than most cases
 * do. Public because the generated classes stand in the packages of the suites; nobody else extends it.
 */
public abstract class SuiteCalls {
    /** For generated classes. */
    protected SuiteCalls() {
    }

    /** A new object of the suite. */
    protected abstract Object make() throws Throwable;

    /**
     * Call a method.
     *
     * @param method its number among the {@link SuiteMethods}
     * @param suite the object, which static methods do without
     * @return what it returns, {@code null} if that is nothing
     */
    protected abstract @Nullable Object call(int method, @Nullable Object suite, @Nullable Object[] args)
        throws Throwable;

    /** What gives the calls of every suite of an archive; generated, too. */
    public interface Registry {
        /** Those of the suite with this number in the archive's index. */
        SuiteCalls of(int suite);
    }
}
