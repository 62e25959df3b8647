package org.kunitjvm.kunit.engine;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

import org.junit.platform.engine.TestTag;
import org.junit.platform.engine.support.descriptor.AbstractTestDescriptor;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.kunitjvm.kunit.Speed;
import org.kunitjvm.kunit.run.TestCase;

/**
 * A case that was selected, with all or some of its parameters, which become children when they run. A case that is
 * marked slow, or whose suite is, has the speed as a tag: {@code slow}, {@code very_slow}.
 */
final class CaseDescriptor extends AbstractTestDescriptor {
    private final SuiteDescriptor parent;
    private final CaseCode code;
    private final Set<Integer> params = new TreeSet<>();
    private boolean all;

    CaseDescriptor(SuiteDescriptor parent, CaseCode code) {
        super(Ids.testCase(parent.getUniqueId(), code.id()), code.testCase().name(),
            MethodSource.from(parent.suite().type(), code.method()));
        this.parent = parent;
        this.code = code;
    }

    CaseCode code() {
        return code;
    }

    /** Run all parameters. */
    void selectAll() {
        all = true;
    }

    /** Run the parameters with these numbers too, counted from 1. */
    void select(Collection<Integer> numbers) {
        params.addAll(numbers);
    }

    /** The case to run. */
    TestCase testCase() {
        TestCase whole = code.testCase();
        return all || whole.params() == null ? whole
            : whole.withParams(new SelectedParams(whole.params(), Set.copyOf(params)));
    }

    /** Parameters that were selected by number and turned out not to be there. */
    List<Integer> selectedButMissing() {
        return all ? List.of()
            : params.stream().filter(number -> getChildren().stream()
                .noneMatch(child -> child.getUniqueId().equals(Ids.param(getUniqueId(), number)))).toList();
    }

    private boolean isParameterised() {
        return code.testCase().params() != null;
    }

    @Override
    public Type getType() {
        return isParameterised() ? Type.CONTAINER : Type.TEST;
    }

    @Override
    public boolean mayRegisterTests() {
        return isParameterised();
    }

    @Override
    public Set<TestTag> getTags() {
        Set<TestTag> tags = new LinkedHashSet<>();
        Speed own = code.testCase().speed();
        Speed speed = own != Speed.UNSET ? own : parent.suite().suite().speed();
        if (speed == Speed.SLOW || speed == Speed.VERY_SLOW) {
            tags.add(TestTag.create(speed.name().toLowerCase(Locale.ROOT)));
        }
        return tags;
    }

    @Override
    public String getLegacyReportingName() {
        return code.method().getName();
    }
}
