package org.kunitjvm.kernel.printk;

/** Kernel log levels; the ordinal is the number that {@code KERN_*} carries. */
public enum LogLevel {
    EMERG, ALERT, CRIT, ERR, WARNING, NOTICE, INFO, DEBUG
}
