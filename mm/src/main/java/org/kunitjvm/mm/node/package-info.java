/**
 * NUMA nodes: their zones, which states they are in, and the order in which zones are tried.
 * {@link org.kunitjvm.mm.node.Nodes} is the entry point: the nodes, their states and zonelists;
 * {@link org.kunitjvm.mm.node.ZoneTuning} keeps watermarks, reserves and thresholds in step with the sizes of the
 * zones.
 * Uses {@code org.kunitjvm.mm.types}, {@code org.kunitjvm.mm.zone} and the machine of {@code org.kunitjvm.kernel.hw}.
 * Invariant: a node without memory is in no other node's list.
 */
@NullMarked
package org.kunitjvm.mm.node;

import org.jspecify.annotations.NullMarked;
