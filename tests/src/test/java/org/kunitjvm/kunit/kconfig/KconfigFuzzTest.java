package org.kunitjvm.kunit.kconfig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/**
 * Whatever the Kconfig files and the .config hold, conf ends with code 0 or 1, says why, and leaves the terminal alone.
 */
final class KconfigFuzzTest {
    private static final long SEED = Long.getLong("kconfig.fuzz.seed", 0x6b636f6e666967L);
    private static final int INPUTS = Integer.getInteger("kconfig.fuzz.inputs", 100_000);
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private static final List<String> MODES = List.of("--olddefconfig", "--olddefconfig", "--olddefconfig",
        "--allyesconfig",
            "--allmodconfig", "--allnoconfig", "--alldefconfig", "--oldconfig", "--oldaskconfig", "--listnewconfig",
            "--helpnewconfig", "--savedefconfig=d", "--defconfig=.config", "--randconfig", "--yes2modconfig",
            "--syncconfig");
    private static final List<String> PIECES = List.of("config S1\n", "menuconfig S2\n", "choice\n", "endchoice\n",
        "menu \"m\"\n",
            "endmenu\n", "if S1 && !S2\n", "endif\n", "\tbool \"p\"\n", "\ttristate \"p\" if S3\n", "\tint \"i\"\n",
            "\thex\n", "\tstring \"s\"\n", "\tdefault S2 || m\n", "\tdefault \"$(X)\"\n", "\tselect S4 if S1 = m\n",
            "\timply S5\n", "\trange 1 S6\n", "\tdepends on (S1 || !S2) && S3 != n\n", "\tdepends on S1 if S2\n",
            "\tvisible if S7\n", "\thelp\n\t  x\n\n", "\tmodules\n", "\ttransitional\n", "source \"Kconfig\"\n",
            "source \"inc\"\n", "X = $(X)$(Y)\n", "Y := $(shell,reboot)\n", "$(info,$(Y))\n",
            "$(warning-if,y,\u001b[31m)\n", "comment \"c\"\n", "\tprompt \"q\"\n", "(", ")", "&&", "||", "!", "=", "<",
            "\"", "'", "\\", "$", "$(", ",", "\n", "\t", " ", "\u0000", "\u001b", "\u009b", "\r", "#", "-1", "0x",
            "99999999999999999999", "y", "m", "n", "CONFIG_S1=y\n", "# CONFIG_S2 is not set\n", "CONFIG_S3=\"a\\\"\n",
            "CONFIG_S4=0x7f\n", "mainmenu \"t\"\n");

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final List<RecordedConf> samples = RecordedConf.load("fuzz.jsonl.gz");

    @Test
    void mutatedInput() {
        System.out.println("kconfig fuzz: seed 0x" + Long.toHexString(SEED) + ", " + INPUTS + " inputs");
        Assertions.assertTimeoutPreemptively(LIMIT, () -> {
            int accepted = 0;
            for (int i = 0; i < INPUTS; i++) {
                accepted += tryOne(i) ? 1 : 0;
            }
            assertTrue(accepted > INPUTS / 50 && accepted < INPUTS, accepted + " of " + INPUTS + " inputs were valid");
        });
    }

    private boolean tryOne(int number) {
        RecordedConf sample = samples.get(random.nextInt(samples.size()));
        String kconfig = mutated(sample.kconfig(), random.nextInt(6));
        String config = mutated(String.valueOf(sample.config()), random.nextInt(6));
        String mode = MODES.get(random.nextInt(MODES.size()));
        Map<String, String> files = new HashMap<>();
        files.put("Kconfig", kconfig);
        files.put(".config", config);
        files.put("inc", mutated("config S1\n\tbool \"p\"\n", random.nextInt(3)));
        Map<String, String> environment = new HashMap<>(Map.of("KCONFIG_SEED", Integer.toString(number)));
        if (random.nextInt(4) == 0) {
            environment.put("KCONFIG_WARN_UNKNOWN_SYMBOLS", "1");
        }
        InputStream answers = new ByteArrayInputStream(mutated("y\n\nn\n?\n2\n", 3).getBytes(StandardCharsets.UTF_8));
        StringBuilder out = new StringBuilder();
        StringBuilder err = new StringBuilder();
        String place = "seed 0x" + Long.toHexString(SEED) + " input " + number + " " + mode + "\n" + kconfig + "\n--\n"
            + config;
        int exit;
        try {
            exit = KconfigConf.runOnThisThread(List.of(mode, "Kconfig"), KconfigFiles.inMemory(files),
                ShellCommand.DISABLED,
                    environment, Answers.from(answers), out, err);
        } catch (RuntimeException | Error e) {
            throw new AssertionError(place, e);
        }
        assertTrue(exit == 0 || exit == 1, place);
        assertTrue(exit == 0 || !err.isEmpty(), () -> "failed without a word: " + place);
        assertEquals(-1, firstControl(out), () -> "stdout: " + place);
        assertEquals(-1, firstControl(err), () -> "stderr: " + place);
        return exit == 0;
    }

    private static int firstControl(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c) && c != '\n' && c != '\t') {
                return i;
            }
        }
        return -1;
    }

    /** Apply some changes: pieces put in, parts taken out, doubled, or moved. */
    private String mutated(String text, int changes) {
        StringBuilder result = new StringBuilder(text);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(result.length() + 1);
            int end = Math.min(result.length(), at + random.nextInt(1 + random.nextInt(60)));
            switch (random.nextInt(5)) {
                case 0 -> result.delete(at, end);
                case 1 -> result.insert(at, result.substring(at, end));
                case 2 -> result.insert(random.nextInt(result.length() + 1), result.substring(at, end));
                case 3 -> {
                    if (at < result.length()) {
                        result.setCharAt(at, (char) random.nextInt(256));
                    }
                }
                default -> result.insert(at, PIECES.get(random.nextInt(PIECES.size())));
            }
        }
        return result.toString();
    }
}
