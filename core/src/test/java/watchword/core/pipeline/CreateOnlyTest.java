package watchword.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import watchword.core.TestServer;
import watchword.core.mount.EngineCatalog;
import watchword.sdk.Call;
import watchword.sdk.Engine;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;

/** Whether a write makes something new is decided where it is written, not a moment before. */
class CreateOnlyTest {
    private static final int WRITERS = 4;

    private final CountDownLatch allLooked = new CountDownLatch(WRITERS);
    private final TestServer it = TestServer.start(EngineCatalog.builder().engine("slot", (context, mount) -> new SlotEngine(allLooked)).build());

    @AfterEach
    void close() {
        it.close();
    }

    /** One slot. The first writers all look whether it is filled before any of them goes on. */
    private static final class SlotEngine implements Engine {
        private final CountDownLatch allLooked;

        SlotEngine(CountDownLatch allLooked) {
            this.allLooked = allLooked;
        }

        record Nothing() {}

        @Override
        public String type() {
            return "slot";
        }

        @Override
        public String help() {
            return "Keeps one thing.";
        }

        @Override
        public List<Route<?, ?>> routes() {
            return List.of(Route.write("slot", Nothing.class, None.class, this::fill, "Fill it.").existence(this::isFilled));
        }

        private Reply<None> fill(Call.Change<Nothing> call) {
            call.store().put("slot", "filled".getBytes(StandardCharsets.UTF_8));
            return Reply.nothing();
        }

        private boolean isFilled(Call.Read<Nothing> call) {
            boolean filled = call.store().get("slot").isPresent();
            allLooked.countDown();
            try {
                assertThat(allLooked.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException stop) {
                throw new IllegalStateException(stop);
            }
            return filled;
        }
    }

    private List<Integer> atOnce(String... capabilities) throws InterruptedException {
        it.write(it.root, "sys/mounts/slot", "type", "slot");
        it.policy("writer", "path \"slot/*\" { capabilities = [\"" + String.join("\", \"", capabilities) + "\"] }");
        var token = it.token("writer");
        Callable<Integer> write = () -> it.write(token, "slot/slot").status();
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            return pool.invokeAll(IntStream.range(0, WRITERS).mapToObj(_ -> write).toList()).stream().map(answer -> answer.resultNow()).toList();
        }
    }

    @Test
    void of_many_that_may_only_create_one_does_and_none_overwrites_it() throws InterruptedException {
        assertThat(atOnce("create")).containsOnlyOnce(204).containsOnly(204, 403);
    }

    @Test
    void who_may_do_both_writes_whatever_is_there() throws InterruptedException {
        assertThat(atOnce("create", "update")).containsOnly(204);
    }
}
