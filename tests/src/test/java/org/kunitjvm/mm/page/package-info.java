/** Page records, pageblocks and the lists that run through them. */
@NullMarked
package org.kunitjvm.mm.page;

import org.jspecify.annotations.NullMarked;
