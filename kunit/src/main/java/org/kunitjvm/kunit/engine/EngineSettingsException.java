package org.kunitjvm.kunit.engine;

/** A configuration parameter of the engine is wrong. The message names it and says what to do. */
final class EngineSettingsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EngineSettingsException(String message) {
        super(message, null, false, false);
    }
}
