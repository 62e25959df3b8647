package org.kunitjvm.kernel.sched;

/** What a task does; {@link #letter()} is what ps and the task dump show. */
public enum TaskState {
    /** Created and never woken. */
    NEW('I'),
    /** Running or waiting for a CPU. */
    RUNNABLE('R'),
    /** Waiting to be woken. */
    BLOCKED('D'),
    /** Ended. */
    DEAD('X');

    private final char letter;

    TaskState(char letter) {
        this.letter = letter;
    }

    /** One letter for dumps. */
    public char letter() {
        return letter;
    }
}
