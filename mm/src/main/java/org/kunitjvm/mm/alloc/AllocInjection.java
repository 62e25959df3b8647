package org.kunitjvm.mm.alloc;

/** Decides which requests fail on purpose. Models mm/fail_page_alloc.c. */
@FunctionalInterface
public interface AllocInjection {
    /** Whether this request must fail. */
    boolean shouldFailPages(int gfp, int order);
}
