/**
 * Compiles what changed with the JDK's own compiler, in this process, so that an edit is seen in seconds.
 * {@link org.kunitjvm.kunit.compile.ModelBuild} does it for the program, into folders that stand in front of its jars
 * ({@link org.kunitjvm.kunit.compile.Overlay}); {@link org.kunitjvm.kunit.compile.ClassFace} tells whether classes that
 * were not compiled still fit. Maven stays the build of record: what is here is dropped by its next build.
 * Uses nothing but the JDK.
 */
@NullMarked
package org.kunitjvm.kunit.compile;

import org.jspecify.annotations.NullMarked;
