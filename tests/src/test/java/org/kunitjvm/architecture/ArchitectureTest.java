package org.kunitjvm.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

/** The packages show the architecture, and the dependencies between them are the ones that the design allows. */
final class ArchitectureTest {
    private static final String KERNEL = "org.kunitjvm.kernel..";
    private static final String MM = "org.kunitjvm.mm..";
    private static final String KUNIT = "org.kunitjvm.kunit..";

    private static final JavaClasses PRODUCT = new ClassFileImporter()
        .withImportOption(new ImportOption.DoNotIncludeTests())
        .withImportOption(location -> !location.contains("/tests/target/"))
        .importPackages("org.kunitjvm");

    /** A rule over packages that the importer did not see would pass for ever: look at them first. */
    private static void check(ArchRule rule, String... packages) {
        for (String name : packages) {
            String prefix = name.replace("..", "");
            long seen = PRODUCT.stream().filter(type -> type.getPackageName().startsWith(prefix)).count();
            assertTrue(seen > 0, "no class of " + name + " was read");
        }
        rule.check(PRODUCT);
    }

    @Test
    void kernelModelKnowsNeitherMmNorKunit() {
        check(noClasses().that().resideInAPackage(KERNEL).should().dependOnClassesThat().resideInAnyPackage(MM, KUNIT),
            KERNEL, MM, KUNIT);
    }

    @Test
    void mmAndKunitNeverSeeEachOther() {
        check(noClasses().that().resideInAPackage(MM).should().dependOnClassesThat().resideInAPackage(KUNIT), MM,
            KUNIT);
        check(noClasses().that().resideInAPackage(KUNIT).should().dependOnClassesThat().resideInAPackage(MM), MM,
            KUNIT);
    }

    @Test
    void packagesHaveNoCycles() {
        check(slices().matching("org.kunitjvm.(**)").should().beFreeOfCycles(), KERNEL, MM, KUNIT);
    }

    @Test
    void staticFieldsAreFinal() {
        check(fields().that().areStatic().should().beFinal(), KERNEL, MM, KUNIT);
    }

    @Test
    void modelHasNoWallClockThreadsOrChance() {
        ArchRule rule = noClasses().that().resideInAnyPackage(KERNEL, MM)
            .and().doNotHaveFullyQualifiedName("org.kunitjvm.kernel.sched.ThreadSwitcher")
            .should().callMethod(System.class, "nanoTime")
            .orShould().callMethod(System.class, "currentTimeMillis")
            .orShould().callMethod(Math.class, "random")
            .orShould().callMethod(Thread.class, "ofVirtual")
            .orShould().callMethod(Thread.class, "ofPlatform")
            .orShould().callConstructor(Thread.class)
            .orShould().callConstructor(Thread.class, Runnable.class)
            .orShould().dependOnClassesThat().areAssignableTo(ThreadLocal.class)
            .orShould().dependOnClassesThat().areAssignableTo(Random.class)
            .orShould().dependOnClassesThat().areAssignableTo(ThreadLocalRandom.class)
            .orShould().dependOnClassesThat().resideInAPackage("java.time..")
            .orShould().callMethod(System.class, "identityHashCode", Object.class);
        check(rule, KERNEL, MM);
    }

    @Test
    void onlyTheCommandLineTouchesTheStandardStreams() {
        // Surefire records what a test prints, and has no ear for what an engine reports.
        ArchRule rule = noClasses().that().resideOutsideOfPackage("org.kunitjvm.kunit.cli..")
            .and().doNotHaveFullyQualifiedName("org.kunitjvm.kunit.engine.StandardOutput")
            .should().accessField(System.class, "out")
            .orShould().accessField(System.class, "err")
            .orShould().accessField(System.class, "in")
            .orShould().callMethod(System.class, "exit", int.class);
        check(rule, KERNEL, MM, KUNIT);
    }

    @Test
    void everyPackageSaysWhatItIsFor() {
        for (JavaClass type : PRODUCT) {
            assertTrue(PRODUCT.contain(type.getPackageName() + ".package-info"),
                type.getPackageName() + " has no package-info.java");
        }
    }

    @Test
    void hashOrderIsNeverIteratedInTheModel() {
        // A HashMap or HashSet in a field is how hash order gets into a run; look-ups alone are served by TreeMap or
        // arrays too.
        ArchRule rule = fields().that().areDeclaredInClassesThat().resideInAnyPackage(KERNEL, MM)
            .and().areDeclaredInClassesThat().doNotHaveFullyQualifiedName("org.kunitjvm.kernel.bug.Warnings")
            .should().notHaveRawType(java.util.HashMap.class)
            .andShould().notHaveRawType(java.util.HashSet.class);
        check(rule.allowEmptyShould(true), KERNEL, MM);
    }
}
