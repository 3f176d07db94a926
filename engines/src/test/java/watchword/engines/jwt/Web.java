package watchword.engines.jwt;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;

/** The outside as a test has it: a few addresses that answer, and all others silent. Remembers who was asked. */
final class Web implements Outbound {
    private final Map<String, Function<Ask, Answer>> pages = new HashMap<>();
    private final List<String> asked = new ArrayList<>();

    Web page(String url, String json) {
        return page(url, _ -> answer(200, json));
    }

    Web page(String url, Function<Ask, Answer> page) {
        pages.put(url, page);
        return this;
    }

    Web down(String url) {
        pages.remove(url);
        return this;
    }

    static Answer answer(int status, String json) {
        return new Answer(status, Map.of(), json.getBytes(StandardCharsets.UTF_8));
    }

    /** How often this was asked. */
    long asked(String url) {
        return asked.stream().filter(url::equals).count();
    }

    int asked() {
        return asked.size();
    }

    @Override
    public Answer send(Ask ask) {
        var url = ask.to().toString();
        asked.add(url);
        var page = pages.get(url);
        if (page == null) throw new Problem.Upstream("issuer: connection refused").asException();
        return page.apply(ask);
    }
}
