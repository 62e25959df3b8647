package org.kunitjvm.mm.trace;

/** Collects recorded texts and compares them with what the model writes. */
final class ProcTexts {
    void open(String name, String tag, boolean file) {
    }

    void line(String text) {
    }

    void close(ReplayMachine machine, boolean broken, Differences out) {
    }
}
