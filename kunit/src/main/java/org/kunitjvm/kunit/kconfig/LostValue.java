package org.kunitjvm.kunit.kconfig;

import java.util.List;

/**
 * A wish that the evaluation did not fulfil, and why.
 *
 * @param line the wish as it stands in a kunitconfig
 * @param actual the value there is instead, {@code n} for none
 * @param reasons what is in the way, each a clause: {@code it depends on ARCH_SUPPORTS_MERMAP (=n)}
 * @param remedies lines to add to the kunitconfig that would help, as far as that is known
 */
public record LostValue(String line, String actual, List<String> reasons, List<String> remedies) {
    /** One line: wish, reasons, remedy. */
    public String message() {
        String text = line + " was lost: " + String.join("; ", reasons);
        return remedies.isEmpty() ? text : text + "; to get it, add " + String.join(" and ", remedies);
    }
}
