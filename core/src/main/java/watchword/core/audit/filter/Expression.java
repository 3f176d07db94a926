package watchword.core.audit.filter;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A condition on named values: {@code mount_type == "kv" and not operation == "list"}. Comparisons are {@code ==}, {@code !=},
 * {@code contains}, {@code matches} (a regular expression found anywhere), {@code is empty} and {@code "value" in name}, each but the
 * first two with {@code not} before it if need be; they are joined by {@code not}, {@code and}, {@code or}, binding in that order, and
 * parentheses. Immutable.
 */
public sealed interface Expression {

    /** What a name stands for: a text, number or truth, a list of those, or null for nothing. */
    interface Values {
        @Nullable Object value(String name);
    }

    boolean matches(Values values);

    /**
     * @param isName which names there are
     * @throws IllegalArgumentException telling what is wrong with the text
     */
    static Expression parse(String text, Predicate<String> isName) {
        return new ExpressionParser(text, isName).parse();
    }

    record Both(Expression first, Expression second) implements Expression {
        @Override
        public boolean matches(Values values) {
            return first.matches(values) && second.matches(values);
        }
    }

    record Either(Expression first, Expression second) implements Expression {
        @Override
        public boolean matches(Values values) {
            return first.matches(values) || second.matches(values);
        }
    }

    record Not(Expression negated) implements Expression {
        @Override
        public boolean matches(Values values) {
            return !negated.matches(values);
        }
    }

    record Equals(String name, String text) implements Expression {
        @Override
        public boolean matches(Values values) {
            var value = values.value(name);
            return value != null ? value.toString().equals(text) : text.isEmpty();
        }
    }

    record IsEmpty(String name) implements Expression {
        @Override
        public boolean matches(Values values) {
            return switch (values.value(name)) {
                case null -> true;
                case List<?> list -> list.isEmpty();
                case Object value -> value.toString().isEmpty();
            };
        }
    }

    /** A list holds the element, a text the part. */
    record Contains(String name, String text) implements Expression {
        @Override
        public boolean matches(Values values) {
            return switch (values.value(name)) {
                case null -> false;
                case List<?> list -> list.stream().anyMatch(each -> String.valueOf(each).equals(text));
                case Object value -> value.toString().contains(text);
            };
        }
    }

    record Matches(String name, Pattern pattern) implements Expression {
        @Override
        public boolean matches(Values values) {
            var value = values.value(name);
            return PatientText.find(pattern, value == null ? "" : value.toString());
        }
    }
}
