package org.kunitjvm.kunit.engine;

import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.support.descriptor.AbstractTestDescriptor;
import org.junit.platform.engine.support.descriptor.ClassSource;

/** A suite that was selected, in whole or in part. Its name for people is the suite's. */
final class SuiteDescriptor extends AbstractTestDescriptor {
    private final SuiteCode suite;

    SuiteDescriptor(UniqueId engine, SuiteCode suite) {
        super(Ids.suite(engine, suite.type().getName()), suite.suite().name(), ClassSource.from(suite.type()));
        this.suite = suite;
    }

    SuiteCode suite() {
        return suite;
    }

    @Override
    public Type getType() {
        return Type.CONTAINER;
    }

    /** A broken suite has no cases and must be seen all the same. */
    @Override
    public boolean mayRegisterTests() {
        return suite.broken() != null;
    }

    @Override
    public String getLegacyReportingName() {
        return suite.type().getName();
    }
}
