package org.kunitjvm.kunit.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * What {@code --arch} names: the words with which kunit.py would start a kernel of that architecture.
 *
 * <p>The model is one machine, a PC as Linux on x86-64 sees it. {@code um} is its default form and {@code x86_64} a
 * QEMU PC that {@code --qemu_args} describes; the other names are taken so that scripts go on working, and behave as
 * {@code x86_64}. Models tools/testing/kunit/qemu_configs and kunit_kernel.py: LinuxSourceTreeOperations.
 *
 * @param name what the kernel's make calls it
 * @param machine what QEMU calls it
 * @param image the file to boot, below the build folder
 * @param console the kernel's console, and what else the kernel is told
 * @param serial QEMU's first serial line
 * @param extraQemuArgs QEMU's other words
 */
record Arch(String name, String machine, String image, String console, String serial, List<String> extraQemuArgs) {
    static final String DEFAULT = "um";

    private static final List<Arch> ALL = List.of(
        qemu("alpha", "alpha", "arch/alpha/boot/vmlinux", "ttyS0"),
        qemu("arm", "arm", "arch/arm/boot/zImage", "ttyAMA0", "-machine", "virt"),
        qemu("arm64", "aarch64", "arch/arm64/boot/Image.gz", "ttyAMA0", "-machine", "virt", "-cpu", "max"),
        qemu("i386", "i386", "arch/x86/boot/bzImage", "ttyS0"),
        qemu("m68k", "m68k", "vmlinux", "hvc", "-machine", "virt"),
        qemu("powerpc", "ppc64", "vmlinux", "ttyS0", "-M", "pseries", "-cpu", "power8"),
        qemu("riscv", "riscv64", "arch/riscv/boot/Image", "ttyS0", "-machine", "virt", "-cpu", "rv64"),
        qemu("s390", "s390x", "arch/s390/boot/bzImage", "ttyS0", "-machine", "s390-ccw-virtio", "-cpu", "qemu"),
        new Arch("sh", "sh4", "arch/sh/boot/zImage", "ttySC1", "null", List.of("-machine", "r2d", "-serial",
            "mon:stdio")),
        qemu("sparc", "sparc", "arch/sparc/boot/zImage", "ttyS0 mem=256M", "-m", "256"),
        qemu("x86_64", "x86_64", "arch/x86/boot/bzImage", "ttyS0", "-bios", "qboot.rom"),
        new Arch(DEFAULT, "", "linux", "tty", "", List.of()));

    private static Arch qemu(String name, String machine, String image, String console, String... extraArgs) {
        return new Arch(name, machine, image, console, "stdio", List.of(extraArgs));
    }

    /**
     * Look an architecture up.
     *
     * @throws CliException if there is no such architecture
     */
    static Arch of(String name) {
        for (Arch arch : ALL) {
            if (arch.name.equals(name)) {
                return arch;
            }
        }
        String options = "'" + String.join("', '", qemuNames()) + "'";
        throw new CliException(name + " is not a valid arch, options are [" + options
            + "]; um and x86_64 are modelled");
    }

    /** All names, in the order in which {@code --arch=help} lists them. */
    static List<String> names() {
        List<String> names = new ArrayList<>(List.of(DEFAULT));
        names.addAll(qemuNames());
        return names;
    }

    private static List<String> qemuNames() {
        return ALL.stream().map(Arch::name).filter(name -> !name.equals(DEFAULT)).toList();
    }

    boolean isUm() {
        return name.equals(DEFAULT);
    }

    /** Whether the name only stands in for x86_64. */
    boolean isStandIn() {
        return !isUm() && !name.equals("x86_64");
    }

    /** What kunit.py appends to the user's kernel parameters. */
    List<String> finalKernelArgs() {
        return isUm() ? List.of("mem=1G", "console=tty", "kunit_shutdown=halt")
            : List.of("console=" + console, "kunit_shutdown=reboot");
    }

    /** The words that kunit.py would start the kernel with, for the {@code Running tests with:} line. */
    List<String> startCommand(String buildDir, List<String> kernelArgs, List<String> qemuArgs) {
        List<String> words = new ArrayList<>();
        if (isUm()) {
            words.add(BuildDir.join(buildDir, image));
            words.addAll(kernelArgs);
            words.addAll(finalKernelArgs());
            return words;
        }
        List<String> append = new ArrayList<>(kernelArgs);
        append.addAll(finalKernelArgs());
        words.addAll(List.of("qemu-system-" + machine, "-nodefaults", "-m", "1024", "-kernel",
            BuildDir.join(buildDir, image),
            "-append", String.join(" ", append), "-no-reboot", "-nographic", "-serial", serial));
        words.addAll(extraQemuArgs);
        words.addAll(qemuArgs);
        return words;
    }
}
