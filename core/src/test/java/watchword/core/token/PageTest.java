package watchword.core.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import watchword.core.TestServer;
import watchword.sdk.Page;
import watchword.sdk.Problem;
import watchword.sdk.Route.Operation;

/** Lists that could be long are bounded, and say so. */
class PageTest {
    private final TestServer it = TestServer.start();

    @AfterEach
    void close() {
        it.close();
    }

    @SuppressWarnings("unchecked") // keys are texts
    private List<String> accessors(Map<String, Object> page) {
        var answer = it.ask(it.root, Operation.LIST, "auth/token/accessors", page, "127.0.0.1", Optional.empty());
        assertThat(answer.status()).isEqualTo(200);
        return answer.part("data").get("keys") instanceof List<?> keys ? (List<String>) keys : List.of();
    }

    @Test
    void pages_of_accessors_are_together_all_of_them_once_even_when_one_is_revoked_meanwhile() {
        for (int i = 0; i < 25; i++) it.token("default");
        var whole = accessors(Map.of());
        assertThat(whole).hasSize(26).isSorted().doesNotHaveDuplicates();

        var own = String.valueOf(it.read(it.root, "auth/token/lookup-self").data("accessor"));
        boolean revoked = false;
        var paged = new ArrayList<String>();
        for (var page = accessors(Map.of("limit", 4L)); !page.isEmpty(); ) {
            assertThat(page).hasSizeLessThanOrEqualTo(4);
            paged.addAll(page);
            if (!revoked && !page.getLast().equals(own)) revoked = it.write(it.root, "auth/token/revoke-accessor", "accessor", page.getLast()).status() == 204;
            page = accessors(Map.of("limit", 4L, "after", page.getLast()));
        }
        Collections.sort(paged);
        assertThat(paged).isEqualTo(whole);
        assertThat(revoked).isTrue();
        assertThat(it.ask(it.root, Operation.LIST, "auth/token/accessors", Map.of("after", "nonsense"), "127.0.0.1", Optional.empty()).status()).isEqualTo(400);
    }

    @Test
    void a_list_longer_than_an_answer_is_refused_and_not_cut() {
        var most = Collections.nCopies(Page.MOST, "x");
        assertThat(Page.whole(most, 0)).hasSize(Page.MOST);
        assertThatThrownBy(() -> Page.whole(Collections.nCopies(Page.limit(0), "x"), 0)).isInstanceOf(Problem.ProblemException.class).hasMessageContaining("limit and after");
        assertThat(Page.limit(Integer.MAX_VALUE)).isEqualTo(Page.MOST);
        assertThat(Page.whole(most, Page.MOST)).hasSize(Page.MOST);
    }
}
