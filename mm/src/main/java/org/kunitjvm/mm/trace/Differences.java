package org.kunitjvm.mm.trace;

import java.util.ArrayList;
import java.util.List;

/** Collects what differs between a recording and the model at one place of it; keeps only the first few texts. */
final class Differences {
    private static final int MAX_TEXTS = 12;

    private final List<String> texts = new ArrayList<>();
    private int count;

    /** Compare two numbers. */
    void check(String what, long recorded, long model) {
        if (recorded != model) {
            add(what + ": recorded " + recorded + ", model " + model);
        }
    }

    /** Compare two lists of frames, in order. */
    void checkFrames(String what, int[] recorded, int[] model) {
        int n = Math.min(recorded.length, model.length);
        for (int i = 0; i < n; i++) {
            if (recorded[i] != model[i]) {
                add(what + " position " + i + ": recorded " + recorded[i] + ", model " + model[i]);
                return;
            }
        }
        check(what + " length", recorded.length, model.length);
    }

    /** Compare two texts. */
    void checkText(String what, String recorded, String model) {
        if (!recorded.equals(model)) {
            add(what + "\n    recorded: " + recorded + "\n    model:    " + model);
        }
    }

    /** Note a difference. */
    void add(String text) {
        count++;
        if (texts.size() < MAX_TEXTS) {
            texts.add(text);
        }
    }

    /** The first of them; there must be one. */
    String first() {
        return texts.get(0);
    }

    boolean isEmpty() {
        return count == 0;
    }

    void clear() {
        count = 0;
        texts.clear();
    }

    /** One line per difference. */
    String text() {
        String more = count > texts.size() ? "\n  and " + (count - texts.size()) + " more" : "";
        return "  " + String.join("\n  ", texts) + more;
    }
}
