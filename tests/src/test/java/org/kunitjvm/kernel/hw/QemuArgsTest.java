package org.kunitjvm.kernel.hw;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** QEMU's machine options describe the modelled machine; what makes no sense is named together with a remedy. */
final class QemuArgsTest {
    private static Machine machine(String args) {
        return QemuArgs.parse(args).machine();
    }

    @Test
    void nothingMeansTheDefaultMachine() {
        assertEquals(Machine.pc(2, 4L << 30), machine(""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"-m 4G|4294967296", "-m 512|536870912",
        "-m size=1G,slots=2,maxmem=8G|1073741824", "--m 2g|2147483648", "-m 1T|1099511627776", "-m 64M|67108864"})
    void memoryIsInMebibytesOrHasASuffix(String args, long bytes) {
        assertEquals(bytes, machine(args).memoryBytes());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"-smp 4|4", "-smp cpus=3|3", "-smp 2,maxcpus=8|2", "-smp sockets=2,cores=3|6"})
    void smpGivesCpus(String args, int cpus) {
        assertEquals(cpus, machine(args).cpus());
    }

    @Test
    void nodesHaveMemoryCpusAndDistances() {
        Machine machine = machine("-m 3G -smp 4 -numa node,nodeid=0,mem=1G,cpus=0-1 -object memory-backend-ram,id=m1,size=2G "
            + "-numa node,nodeid=1,memdev=m1,cpus=2,cpus=3 -numa dist,src=0,dst=1,val=21");
        assertEquals(List.of(0, 0, 1, 1), machine.cpuToNode());
        assertEquals(List.of(new MemoryRange(0, 0x40000, 0), new MemoryRange(0x40000, 0xc0000, 1)), machine.memory());
        assertEquals(21, machine.distance(0, 1));
        assertEquals(21, machine.distance(1, 0));
        assertEquals(10, machine.distance(1, 1));
    }

    @Test
    void nodesWithoutMemoryShareEvenlyAndCpusGoRoundRobin() {
        Machine machine = machine("-m 1G -smp 3 -numa node -numa node");
        assertEquals(List.of(0, 1, 0), machine.cpuToNode());
        assertEquals(List.of(new MemoryRange(0, 0x20000, 0), new MemoryRange(0x20000, 0x40000, 1)), machine.memory());
    }

    @Test
    void otherOptionsAreReportedWithTheirValues() {
        QemuArgs args = QemuArgs.parse("-nographic -m 1G -device 'virtio-net,mac=1 2' -cpu host");
        assertEquals(List.of("-nographic", "-device virtio-net,mac=1 2", "-cpu host"), args.notModelled());
        assertEquals(1L << 30, args.machine().memoryBytes());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "-m|'-m' needs a value",
        "-m nonsense|-m nonsense: 'nonsense' is not a size",
        "-m -4G|-m -4G: '-4G' is not a size",
        "-m 0|-m 0: memory must be at least 1M",
        "-m 9T|at most 8T",
        "-m size=1G,huge=1|'huge' is not modelled; known are size",
        "-smp 0|cpus is '0' but must be a number from 1",
        "-smp 65|65 CPUs are too many",
        "-smp two|cpus is 'two'",
        "-m 2G -numa node,mem=1G|the nodes of -numa have 1G together, -m says 2G",
        "-numa node,nodeid=3|nodeid 3 leaves a gap",
        "-numa node,nodeid=0 -numa node,nodeid=0|node 0 is described twice",
        "-numa node,cpus=7|there is no CPU 7; -smp gives 2",
        "-numa node,cpus=0 -numa node,cpus=0|CPU 0 already belongs to node 0",
        "-numa node,cpus=1-0|runs backwards",
        "-numa node,memdev=x|no '-object memory-backend-ram,id=x",
        "-numa node -numa node -numa dist,src=0,dst=1,val=5|val is '5'",
        "-numa node -numa node -numa node -numa dist,src=0,dst=1,val=20|not from 0 to 2",
        "-numa hmat-lb,initiator=0|only 'node' and 'dist'",
        "-object rng-random,id=x|only memory-backend-ram",
        "4G|'4G' is not an option",
        "-m '4G|no closing '"})
    void nonsenseIsNamedWithARemedy(String args, String part) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> machine(args));
        assertTrue(e.getMessage().startsWith("qemu: ") && e.getMessage().contains(part), e.getMessage());
    }
}
