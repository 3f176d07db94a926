package watchword.engines.jwt;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a token says, once it is believed. A claim is found by its name, or, when that begins with a slash, by JSON Pointer (RFC 6901). */
record Claims(Map<String, @Nullable Object> tree) {
    /** What a provider's further answers about a user cannot change: they are about the token that was signed. */
    private static final Set<String> OF_THE_TOKEN = Set.of("iss", "sub", "aud", "exp", "nbf", "iat", "jti", "azp", "nonce", "auth_time", "acr", "amr");

    /** Null counts as absent. */
    Optional<Object> find(String claim) {
        return claim.startsWith("/") ? at(claim) : named(claim);
    }

    Optional<Object> named(String name) {
        return Optional.ofNullable(tree.get(name));
    }

    private Optional<Object> at(String pointer) {
        @Nullable Object here = tree;
        for (var part : pointer.substring(1).split("/", -1)) {
            var name = part.replace("~1", "/").replace("~0", "~");
            here = switch (here) {
                case Map<?, ?> object -> object.get(name);
                case List<?> list -> element(list, name);
                case null, default -> null;
            };
            if (here == null) return Optional.empty();
        }
        return Optional.of(here);
    }

    private static @Nullable Object element(List<?> list, String index) {
        if (!index.matches("0|[1-9][0-9]{0,5}")) return null;
        int at = Integer.parseInt(index);
        return at < list.size() ? list.get(at) : null;
    }

    Optional<String> text(String claim) {
        return find(claim).flatMap(value -> value instanceof String text ? Optional.of(text) : Optional.empty());
    }

    /** With what else the provider told of the same user. */
    Claims and(Map<String, @Nullable Object> more) {
        var all = new LinkedHashMap<>(tree);
        more.forEach((name, value) -> {
            if (!OF_THE_TOKEN.contains(name)) all.put(name, value);
        });
        return new Claims(all);
    }
}
