package org.kunitjvm.kunit;

/** Where a case stands; the ordinal is the C value. */
public enum KunitStatus {
    SUCCESS, FAILURE, SKIPPED
}
