package demo;

import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitSuite;

@KunitSuite("red_crash")
final class RedCrashKunit {
    @KunitCase
    void crashes(Kunit test) {
        throw new KernelBug("list is corrupted");
    }
}
