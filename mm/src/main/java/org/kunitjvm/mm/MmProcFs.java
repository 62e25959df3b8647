package org.kunitjvm.mm;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import org.kunitjvm.kernel.snapshot.ProcFs;
import org.kunitjvm.mm.proc.ProcFile;

/** The files that the memory management has, for those who cannot see it. */
record MmProcFs(Mm mm) implements ProcFs {
    @Override
    public List<String> names() {
        return Stream.of(ProcFile.values()).map(ProcFile::fileName).toList();
    }

    @Override
    public String text(String name) {
        return mm.proc(Objects.requireNonNull(ProcFile.named(name), name));
    }
}
