package watchword.cli;

import java.io.IOException;
import java.util.List;
import watchword.client.ApiException;

/**
 * One command.
 *
 * @param words what is typed, e.g. {@code kv metadata get}
 * @param arguments as help shows them
 * @param options beyond those that every command has
 */
record Command(String words, String arguments, String summary, List<Option> options, Action action) {

    /** @param value what it takes, as help shows it; empty for a switch. {@code repeats}: may be given more than once */
    record Option(String name, String value, String help, boolean repeats) {
        static Option of(String name, String value, String help) {
            return new Option(name, value, help, false);
        }

        static Option flag(String name, String help) {
            return new Option(name, "", help, false);
        }

        static Option many(String name, String value, String help) {
            return new Option(name, value, help, true);
        }
    }

    /** Does it. @return the exit status */
    @FunctionalInterface
    interface Action {
        int run(Call call) throws ApiException, IOException, UsageException, InterruptedException;
    }

    /** Typed in a way that cannot be carried out. */
    static final class UsageException extends Exception {
        UsageException(String message) {
            super(message, null, false, false);
        }
    }

    /** Options that every command has. */
    static final List<Option> COMMON = List.of(
            Option.of("address", "URL", "the server; else VAULT_ADDR"),
            Option.of("namespace", "NAME", "the namespace; else VAULT_NAMESPACE"),
            Option.of("format", "table|json|yaml|raw", "how to print; else VAULT_FORMAT"),
            Option.of("field", "NAME", "print only this field"),
            Option.of("wrap-ttl", "TTL", "have the answer wrapped"));
}
