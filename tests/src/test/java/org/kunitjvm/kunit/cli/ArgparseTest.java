package org.kunitjvm.kunit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever argparse takes a command line of kunit.py for, we take it for: same values, same first error, same help. */
@Tag("K-070")
class ArgparseTest {
    private static final JsonFactory JSON = new JsonFactory();

    @TempDir
    Path root;

    private record Line(List<String> words, List<String> meaning) {
        /** kunit.py 6.12 does not have this option at all, or not for this command. */
        boolean hasLaterOption() {
            boolean jobs = words.contains("exec") && words.stream().anyMatch(word -> word.startsWith("--jobs"));
            return jobs || words.contains("parse")
                && words.stream().anyMatch(word -> word.startsWith("--f") || word.startsWith("--s"));
        }
    }

    private static List<Line> recorded() throws IOException {
        List<Line> lines = new ArrayList<>();
        try (InputStream in = ArgparseTest.class.getResourceAsStream("/argparse/command-lines.jsonl.gz");
                BufferedReader text = new BufferedReader(new InputStreamReader(
                    new GZIPInputStream(Objects.requireNonNull(in)), StandardCharsets.UTF_8))) {
            for (String line = text.readLine(); line != null; line = text.readLine()) {
                try (JsonParser json = JSON.createParser(line)) {
                    json.nextToken();
                    lines.add(new Line(strings(json), strings(json)));
                }
            }
        }
        return lines;
    }

    private static List<String> strings(JsonParser json) throws IOException {
        assertEquals(JsonToken.START_ARRAY, json.nextToken());
        List<String> strings = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            strings.add(json.getText());
        }
        return strings;
    }

    @Test
    void everyCommandLineMeansWhatArgparseTakesItFor() throws IOException {
        List<Line> lines = recorded();
        assertEquals(4000, lines.size());
        CliRun cli = new CliRun(root);
        List<String> differences = new ArrayList<>();
        for (Line line : lines) {
            List<String> ours = line.hasLaterOption() ? line.meaning() : meaning(line.words(), cli);
            if (!same(line.meaning(), ours)) {
                differences.add(line.words() + "\n  argparse: " + line.meaning() + "\n  kunit:    " + ours);
            }
        }
        assertTrue(differences.isEmpty(), () -> differences.size() + " differ:\n" + String.join("\n", differences));
    }

    /** An error may be followed by a remedy in parentheses. */
    private static boolean same(List<String> argparse, List<String> ours) {
        return argparse.equals(ours) || argparse.getFirst().equals("error") && ours.getFirst().equals("error")
            && ours.getLast().startsWith(argparse.getLast() + " (");
    }

    private static List<String> meaning(List<String> words, CliRun cli) {
        try {
            FirstWords first = FirstWords.of(words);
            if (first.help() || first.command() == null && first.unknown().isEmpty()) {
                return List.of("help", "");
            }
            for (Command command : Command.ALL) {
                if (command.word().equals(first.command())) {
                    return meaning(command, first);
                }
            }
            CliRun.Result result = cli.run(words.toArray(String[]::new));
            assertEquals(2, result.exit());
            return List.of("error", result.err().replaceFirst("(?s).*?\nkunit: error: ", "").stripTrailing());
        } catch (UsageException e) {
            return List.of("error", Objects.requireNonNull(e.getMessage()));
        }
    }

    private static List<String> meaning(Command command, FirstWords first) {
        List<String> ordered = Words.inOrder(command, first.unknown(), first.rest());
        if (ordered.equals(List.of("--help"))) {
            return List.of("help", command.word());
        }
        int end = ordered.contains("--") ? ordered.indexOf("--") : ordered.size();
        List<String> meaning = new ArrayList<>(List.of(command.word()));
        ordered.subList(0, end).stream().sorted(Comparator.comparing(ArgparseTest::row)).forEach(meaning::add);
        dropOverwritten(meaning);
        meaning.addAll(ordered.subList(end, ordered.size()));
        return meaning;
    }

    private static int row(String option) {
        return Arrays.asList(Flag.values()).indexOf(flag(option));
    }

    private static Flag flag(String option) {
        String name = option.replaceFirst("(?s)=.*", "");
        return Arrays.stream(Flag.values()).filter(flag -> flag.word().equals(name)).findFirst().orElseThrow();
    }

    /** Of an option that is no list, the last counts. */
    private static void dropOverwritten(List<String> options) {
        for (int i = options.size() - 1; i > 1; i--) {
            Flag flag = flag(options.get(i));
            if (flag.shape().kind() != OptionShape.Kind.LIST && flag == flag(options.get(i - 1))) {
                options.remove(i - 1);
            }
        }
    }
}
