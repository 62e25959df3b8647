/**
 * The Kconfig language, {@code .config} files and kunitconfig fragments.
 * {@link org.kunitjvm.kunit.kconfig.KconfigTree} parses a tree of Kconfig files;
 * {@link org.kunitjvm.kunit.kconfig.Configuration} evaluates one with fragments and says why a wanted value was lost;
 * {@link org.kunitjvm.kunit.kconfig.KconfigConf} is the kernel's {@code conf} as a command;
 * {@link org.kunitjvm.kunit.kconfig.KunitConfig} is kunit.py's fragment.
 * Uses only the JDK. Everything from outside (files, environment, commands, terminals) is handed in, so that an
 * evaluation is a function of its inputs.
 * Invariant: whatever the input, the outcome is a result or a {@link org.kunitjvm.kunit.kconfig.KconfigException} with
 * a message of one or a few lines; never a raw exception of the runtime, never a hang.
 * Models scripts/kconfig of Linux 6.12, and the language additions up to 7.x (see
 * {@link org.kunitjvm.kunit.kconfig.KconfigLanguage}).
 */
@NullMarked
package org.kunitjvm.kunit.kconfig;

import org.jspecify.annotations.NullMarked;
