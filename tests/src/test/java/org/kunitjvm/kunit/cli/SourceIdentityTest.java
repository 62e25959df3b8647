package org.kunitjvm.kunit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run says which commit and which configuration it ran. */
class SourceIdentityTest {
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    @TempDir
    Path root;

    private void write(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    @Test
    void folderThatIsNoRepositoryHasNoCommit() {
        assertNull(SourceIdentity.commit(root));
    }

    @Test
    void looseReferenceIsFollowed() throws IOException {
        write(".git/HEAD", "ref: refs/heads/main\n");
        write(".git/refs/heads/main", COMMIT + "\n");

        assertEquals(COMMIT, SourceIdentity.commit(root));
    }

    @Test
    void packedReferenceIsFound() throws IOException {
        write(".git/HEAD", "ref: refs/heads/main\n");
        write(".git/packed-refs", "# pack-refs with: peeled\n" + "f".repeat(40) + " refs/heads/other/main\n" + COMMIT
            + " refs/heads/main\n");

        assertEquals(COMMIT, SourceIdentity.commit(root));
    }

    @Test
    void detachedHeadIsTheCommit() throws IOException {
        write(".git/HEAD", COMMIT + "\n");

        assertEquals(COMMIT, SourceIdentity.commit(root));
    }

    @Test
    void linkedWorkTreeSharesTheReferences() throws IOException {
        write("main/.git/refs/heads/topic", COMMIT + "\n");
        write("main/.git/worktrees/w/HEAD", "ref: refs/heads/topic\n");
        write("main/.git/worktrees/w/commondir", "../..\n");
        write("w/.git", "gitdir: ../main/.git/worktrees/w\n");

        assertEquals(COMMIT, SourceIdentity.commit(root.resolve("w")));
    }

    @Test
    void branchWithoutCommitHasNone() throws IOException {
        write(".git/HEAD", "ref: refs/heads/main\n");

        assertNull(SourceIdentity.commit(root));
    }

    @Test
    void digestDependsOnValuesAndNotOnOrder() {
        Map<String, String> one = new LinkedHashMap<>(Map.of("KUNIT", "y"));
        one.put("MM", "m");
        Map<String, String> other = new LinkedHashMap<>(Map.of("MM", "m"));
        other.put("KUNIT", "y");

        assertEquals(SourceIdentity.digest(one), SourceIdentity.digest(other));
        other.put("MM", "y");
        assertNotEquals(SourceIdentity.digest(one), SourceIdentity.digest(other));
        assertEquals(8, SourceIdentity.digest(one).length());
    }
}
