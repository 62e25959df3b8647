/**
 * Shows suites to JUnit Platform launchers: IDEs, Surefire, the console launcher. {@link
 * org.kunitjvm.kunit.engine.KunitTestEngine} finds suites and cases by class, and runs them with the same {@code
 * KunitExecutor} as the command line; what happens there is translated, event by event. The only user of the JUnit
 * Platform engine API; uses {@code kunit.run}, {@code kunit.kconfig} and the kernel's builder.
 * Invariant: every failure of a suite, case or parameter reaches the launcher as a failure of the nearest descriptor.
 */
@NullMarked
package org.kunitjvm.kunit.engine;

import org.jspecify.annotations.NullMarked;
