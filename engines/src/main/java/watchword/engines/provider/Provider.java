package watchword.engines.provider;

import static watchword.engines.provider.DefinitionReader.ADMIN_KEY;
import static watchword.engines.provider.DefinitionReader.ID;
import static watchword.engines.provider.DefinitionReader.KEY;
import static watchword.engines.provider.DefinitionReader.NAME;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import watchword.engines.provider.Definition.Call;
import watchword.sdk.JsonCodec;
import watchword.sdk.Outbound;
import watchword.sdk.Outbound.Answer;
import watchword.sdk.Outbound.Ask;
import watchword.sdk.Problem;
import watchword.sdk.Secret;

/** A provider's admin API, asked as its {@link Definition} says. What it answers is not told on: who reads an error may not read that. */
final class Provider {
    private static final int MOST_PAGES = 100;
    private static final int MOST_VALUE = 4096;

    private final Outbound outbound;
    private final JsonCodec json;
    private final Definition definition;
    private final String base;
    private final Map<String, String> values;

    Provider(Outbound outbound, JsonCodec json, Config config) {
        this.outbound = outbound;
        this.json = json;
        this.definition = config.read();
        var url = config.baseUrl().isEmpty() ? definition.baseUrl() : config.baseUrl();
        this.base = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        this.values = new LinkedHashMap<>(config.parameters());
        this.values.put(ADMIN_KEY, config.adminKey().reveal());
    }

    /** A key as a list tells of it. */
    record Listed(String id, String name) {}

    /** A key that was just made. */
    record Made(String id, Secret key) {}

    private enum Verdict { OK, GONE, DENIED }

    private record Heard(Verdict verdict, @Nullable Object tree) {}

    boolean makesKeys() {
        return definition.create().isPresent();
    }

    boolean endsKeys() {
        return definition.delete().isPresent();
    }

    Made create(String name) {
        var create = definition.create().orElseThrow(() -> new Problem.Invalid(definition.provider() + " has no API that makes keys: make one by hand, and give it").asException());
        var heard = done("create a key", create.call(), Map.of(NAME, name), Optional.empty());
        var key = create.key().text(heard.tree());
        var id = create.id().text(heard.tree());
        if (!isKey(key) || id.isEmpty() || id.length() > MOST_VALUE) throw failed("create a key", "the answer has no key or no id where the definition says");
        return new Made(id, Secret.copyOf(key));
    }

    /** Whether a text can stand in a header. */
    static boolean isKey(String text) {
        return text.length() <= MOST_VALUE && text.matches("[\\x21-\\x7e]+");
    }

    /** All that there are; none when the API does not tell. */
    List<Listed> list() {
        if (definition.list().isEmpty()) return List.of();
        var listing = definition.list().get();
        var all = new ArrayList<Listed>();
        Optional<String> from = Optional.empty();
        for (int page = 0; page < MOST_PAGES; page++) {
            var after = from;
            var heard = done("list keys", listing.call(), Map.of(), listing.next().flatMap(next -> after.map(value -> encoded(next.parameter()) + "=" + encoded(value))));
            if (listing.items().in(heard.tree()).orElse(List.of()) instanceof List<?> items) {
                for (var item : items) all.add(new Listed(listing.id().text(item), listing.name().text(item)));
            }
            from = listing.next().filter(next -> next.more().flatMap(more -> more.in(heard.tree())).map(Boolean.TRUE::equals).orElse(next.more().isEmpty()))
                    .map(next -> next.value().text(heard.tree())).filter(value -> !value.isEmpty());
            if (from.isEmpty()) return all;
        }
        throw failed("list keys", "there are more than " + MOST_PAGES + " pages of them");
    }

    /** Whether the provider takes a key. @throws Problem.ProblemException when that cannot be told now */
    boolean takes(Secret key) {
        var heard = ask("test a key", definition.test(), Map.of(KEY, key.reveal()), Optional.empty());
        return heard.verdict() == Verdict.OK;
    }

    /** Ends a key that may be gone already: not every API tells that apart from a failure. */
    void end(String id) {
        if (definition.list().isEmpty() || list().stream().anyMatch(listed -> listed.id().equals(id))) delete(id);
    }

    /** Ends a key; one that is gone is as good. */
    void delete(String id) {
        var call = definition.delete().orElseThrow(() -> new Problem.Invalid(definition.provider() + " has no API that ends keys: end it by hand").asException());
        if (ask("delete a key", call, Map.of(ID, id), Optional.empty()).verdict() == Verdict.DENIED) throw failed("delete a key", "the admin key may not");
    }

    private Heard done(String what, Call call, Map<String, String> more, Optional<String> query) {
        var heard = ask(what, call, more, query);
        return switch (heard.verdict()) {
            case OK -> heard;
            case GONE -> throw failed(what, "there is no such place: look at base_url and the parameters");
            case DENIED -> throw failed(what, "the admin key may not");
        };
    }

    private Heard ask(String what, Call call, Map<String, String> more, Optional<String> query) {
        var all = new LinkedHashMap<>(values);
        // A key is tested by itself alone: nothing of whoever made it may help it.
        if (more.containsKey(KEY)) all.remove(ADMIN_KEY);
        all.putAll(more);
        var answer = outbound.send(question(call, all, query));
        var tree = json.read(answer.body()).orElse(null);
        if (call.gone().contains(answer.status())) return new Heard(Verdict.GONE, tree);
        if (call.denied().contains(answer.status())) return new Heard(Verdict.DENIED, tree);
        if (!call.ok().contains(answer.status())) throw failed(what, trouble(answer));
        boolean refused = call.errors().flatMap(errors -> errors.in(tree)).filter(errors -> !errors.equals(List.of())).isPresent();
        if (refused || call.expect().filter(expected -> expected.in(tree).isEmpty()).isPresent()) return refusedInside(what, more, tree);
        return new Heard(Verdict.OK, tree);
    }

    /** An API that answers 200 to what it refuses does not say by a status whether the key is to blame. */
    private Heard refusedInside(String what, Map<String, String> more, @Nullable Object tree) {
        if (more.containsKey(KEY)) return new Heard(Verdict.DENIED, tree);
        throw failed(what, "it was refused");
    }

    private static String trouble(Answer answer) {
        if (answer.status() != 429) return "status " + answer.status();
        return answer.header("retry-after").filter(text -> text.matches("\\d{1,9}")).map(seconds -> "throttled, to be asked again in " + seconds + " seconds").orElse("throttled");
    }

    private Ask question(Call call, Map<String, String> all, Optional<String> query) {
        var path = call.path().inAddress(all);
        if (path.matches(".*/\\.{0,2}(/.*)?")) throw failed("ask", "a parameter or an id is no part of an address");
        var address = new StringBuilder(base).append(path);
        char mark = '?';
        for (var each : call.query().entrySet()) {
            var value = each.getValue().inAddress(all);
            if (value.isEmpty()) continue;
            address.append(mark).append(encoded(each.getKey())).append('=').append(value);
            mark = '&';
        }
        if (query.isPresent()) address.append(mark).append(query.get());
        var plain = Ask.post(URI.create(address.toString()), "application/json", call.body().map(body -> json.write(filled(body, all).orElse(Map.of()))).orElse(new byte[0]));
        var headers = new LinkedHashMap<>(plain.headers());
        call.headers().forEach((name, value) -> headers.put(name, value.plain(all)));
        call.basic().ifPresent(basic -> headers.put("Authorization", "Basic "
                + Base64.getEncoder().encodeToString((basic.username().plain(all) + ":" + basic.password().plain(all)).getBytes(StandardCharsets.UTF_8))));
        if (call.body().isEmpty()) headers.remove("Content-Type");
        return new Ask(call.method(), plain.to(), headers, plain.body(), plain.trust(), plain.timeout(), plain.maxBytes());
    }

    /** A tree with its values in place; empty for a member without one. */
    private static Optional<Object> filled(Object tree, Map<String, String> values) {
        return switch (tree) {
            case Template template -> template.inJson(values);
            case Map<?, ?> map -> {
                var members = new LinkedHashMap<String, Object>();
                map.forEach((name, value) -> filled(value, values).ifPresent(filled -> members.put(String.valueOf(name), filled)));
                yield Optional.of(members);
            }
            case List<?> list -> Optional.of(list.stream().flatMap(item -> filled(item, values).stream()).toList());
            default -> Optional.of(tree);
        };
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private RuntimeException failed(String what, String why) {
        return new Problem.Upstream(definition.provider() + ": cannot " + what + ": " + why).asException();
    }
}
