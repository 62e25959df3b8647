package org.kunitjvm.mm.vma;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The version of Linux that the VMA layer behaves as. */
public record KernelVersion(int major, int minor, int sublevel) implements Comparable<KernelVersion> {
    /** The reference: the longterm kernel that the model follows when nobody says otherwise. */
    public static final KernelVersion REFERENCE = new KernelVersion(6, 12, 117);

    private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+)(?:\\.(\\d+))?.*");

    /**
     * Read what {@code uname -r} prints; a release without sublevel counts as sublevel 0.
     *
     * @throws IllegalArgumentException if {@code release} does not start with two numbers
     */
    public static KernelVersion parse(String release) {
        Matcher matcher = RELEASE.matcher(release.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("\"" + release + "\" is no kernel release such as 6.12.117");
        }
        String sublevel = matcher.group(3);
        return new KernelVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)),
            sublevel == null ? 0 : Integer.parseInt(sublevel));
    }

    @Override
    public int compareTo(KernelVersion other) {
        int byMajor = Integer.compare(major, other.major);
        int byMinor = Integer.compare(minor, other.minor);
        return byMajor != 0 ? byMajor : byMinor != 0 ? byMinor : Integer.compare(sublevel, other.sublevel);
    }

    /** Whether this version is {@code major.minor} or later. */
    public boolean isAtLeast(int sinceMajor, int sinceMinor) {
        return major > sinceMajor || major == sinceMajor && minor >= sinceMinor;
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + sublevel;
    }
}
