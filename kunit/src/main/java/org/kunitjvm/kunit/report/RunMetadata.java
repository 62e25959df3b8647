package org.kunitjvm.kunit.report;

/** What a JSON report says about the run as a whole: {@code arch}, {@code defconfig} and {@code build_environment}. */
public record RunMetadata(String arch, String defconfig, String buildEnvironment) {
    /** Metadata of {@code parse}, which does not know where its input comes from. */
    public static final RunMetadata UNKNOWN = new RunMetadata("", "", "");

    /** Return the metadata of {@code exec} and {@code run}. */
    public static RunMetadata of(String arch, String buildDir) {
        return new RunMetadata(arch, "kunit_defconfig", buildDir);
    }
}
