package org.kunitjvm.kunit.kconfig;

import java.util.Map;

/**
 * The answers of randconfig: by the probabilities of KCONFIG_PROBABILITY, in menu order, from one sequence of numbers.
 */
final class RandomAnswers {
    private final KconfigTree tree;
    private final SymbolEvaluator evaluator;
    private final GlibcRandom random;
    /** Percentages. */
    private int boolYes = 50;
    private int tristateYes = 33;
    private int tristateMod = 33;

    RandomAnswers(KconfigTree tree, SymbolEvaluator evaluator, GlibcRandom random, Map<String, String> environment) {
        this.tree = tree;
        this.evaluator = evaluator;
        this.random = random;
        readProbabilities(environment.getOrDefault("KCONFIG_PROBABILITY", ""));
    }

    /** {@code all}, {@code yes:mod} or {@code bool:yes:mod}, in percent. */
    private void readProbabilities(String text) {
        if (text.isEmpty()) {
            return;
        }
        int[] percent = new int[3];
        int count = 0;
        String rest = text;
        while (!rest.isEmpty() && count < percent.length) {
            Numbers.Parsed number = Numbers.parse(rest, 10, true);
            if (number.end() == 0 || number.value() < 0 || number.value() > 100) {
                throw outOfRange();
            }
            percent[count++] = (int) number.value();
            int next = number.end() < rest.length() && rest.charAt(number.end()) == ':' ? number.end() + 1
                : number.end();
            rest = rest.substring(next);
        }
        switch (count) {
            case 1 -> {
                boolYes = percent[0];
                tristateMod = boolYes / 2;
                tristateYes = boolYes - tristateMod;
            }
            case 2 -> {
                tristateYes = percent[0];
                tristateMod = percent[1];
                boolYes = tristateYes + tristateMod;
            }
            default -> {
                boolYes = percent[0];
                tristateYes = percent[1];
                tristateMod = percent[2];
            }
        }
        if (tristateYes + tristateMod > 100) {
            throw outOfRange();
        }
    }

    private KconfigException outOfRange() {
        tree.messages().err("KCONFIG_PROBABILITY: Numerical result out of range\n");
        return tree.messages().failure();
    }

    void answerAll() {
        for (Menu menu : tree.entries()) {
            Symbol symbol = menu.symbol;
            if (symbol == null || !KconfigConf.isOpenQuestion(menu, symbol)) {
                continue;
            }
            if (symbol.isChoice()) {
                shuffle(menu);
            } else {
                symbol.userValue = answer(symbol);
                symbol.hasUserValue = true;
            }
        }
        evaluator.recompute();
    }

    private Tristate answer(Symbol symbol) {
        int number = random.next() % 100;
        if (symbol.type != SymbolType.TRISTATE) {
            return Tristate.of(number < boolYes);
        }
        return number < tristateYes ? Tristate.YES : number < tristateYes + tristateMod ? Tristate.MOD : Tristate.NO;
    }

    /** Wish for all members without a wish, in random order; the first visible one will win. */
    private void shuffle(Menu choice) {
        int undecided = 0;
        for (Menu menu = choice.following(choice); menu != null; menu = menu.following(choice)) {
            if (menu.symbol != null && !menu.symbol.hasUserValue) {
                undecided++;
            }
        }
        for (; undecided > 0; undecided--) {
            int skip = random.next() % undecided;
            for (Menu menu = choice.following(choice); menu != null; menu = menu.following(choice)) {
                Symbol member = menu.symbol;
                if (member != null && !member.hasUserValue && skip-- == 0) {
                    member.userValue = Tristate.YES;
                    member.hasUserValue = true;
                    choice.deferMember(member);
                    break;
                }
            }
        }
    }
}
