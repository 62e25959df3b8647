package org.kunitjvm.kunit.assertion;

/**
 * The place of a call in a suite's code.
 *
 * @param type the class
 * @param method name of the method
 * @param descriptor descriptor of the method
 * @param file name of the source file, without directory
 * @param line line of the call, from 1
 * @param bytecodeIndex index of the call instruction, to tell calls on one line apart
 */
public record CallSite(Class<?> type, String method, String descriptor, String file, int line, int bytecodeIndex) {
}
