package watchword.engines.aws.secrets;

import java.lang.System.Logger.Level;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import watchword.engines.aws.Signer;
import watchword.engines.aws.Xml;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;
import watchword.sdk.Secret;

/**
 * IAM and STS, asked with one access key for the length of one piece of work. What passes is tried again with growing pauses; another clock
 * of theirs is gone by once they say so.
 */
final class Api {
    private static final System.Logger LOG = System.getLogger(Api.class.getName());
    private static final Set<String> THROTTLED = Set.of("Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException", "RequestLimitExceeded",
            "TooManyRequestsException", "PriorRequestNotComplete", "BandwidthLimitExceeded", "SlowDown");
    private static final Set<String> ANOTHER_TIME = Set.of("RequestTimeTooSkewed", "SignatureDoesNotMatch", "InvalidSignatureException", "RequestExpired", "RequestInTheFuture");
    private static final Duration ANOTHER_CLOCK = Duration.ofMinutes(2);
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final int MOST_DOUBLINGS = 5;
    private static final int MOST_TEXT = 300;

    /** Where an engine's questions go, and how it waits between them. */
    record World(Outbound outbound, InstantSource clock, Consumer<Duration> pause) {}

    /** What AWS said. */
    sealed interface Said {
        record Told(Xml xml) implements Said {}

        /** @param code AWS's word for why; a question that was never answered has none */
        record Refused(String code, int status) implements Said {
            boolean isGone() {
                return code.equals("NoSuchEntity");
            }

            boolean isThrottling() {
                return THROTTLED.contains(code) || status == 429;
            }

            /** For whom it is told; never with AWS's own sentence, which may name what only an operator may know. */
            Problem.ProblemException as(String failing) {
                return new Problem.Upstream(failing + ": AWS answered " + (code.isEmpty() ? "without a reason" : code) + ", status " + status).asException();
            }
        }
    }

    private final World world;
    private final RootConfig config;
    private final String accessKey;
    private final Secret secretKey;
    private Duration skew = Duration.ZERO;

    private Api(World world, RootConfig config, String accessKey, Secret secretKey) {
        this.world = world;
        this.config = config;
        this.accessKey = accessKey;
        this.secretKey = secretKey;
    }

    /** @throws Problem.ProblemException when the configuration has no keys */
    static Api of(World world, RootConfig config, HeldKey key) {
        if (key.isNone()) throw new Problem.Invalid("this mount has no access key of AWS: set access_key and secret_key in config/root").asException();
        return new Api(world, config, key.accessKey(), key.secretKey());
    }

    /** The same, with another key. */
    Api as(String otherKey, Secret otherSecret) {
        return new Api(world, config, otherKey, otherSecret);
    }

    /** With which is asked. */
    String accessKey() {
        return accessKey;
    }

    void pause(Duration time) {
        world.pause().accept(time);
    }

    /** @throws Problem.ProblemException when it is refused, in these words and AWS's code for why */
    Xml ask(String failing, Question question) {
        return switch (ask(question)) {
            case Said.Told told -> told.xml();
            case Said.Refused refused -> throw refused.as(failing);
        };
    }

    /** For what is to be no more: what is gone already is as good. */
    void askGone(String failing, Question question) {
        if (ask(question) instanceof Said.Refused refused && !refused.isGone()) throw refused.as(failing);
    }

    Said ask(Question question) {
        for (int attempt = 0; ; attempt++) {
            var said = reach(question);
            if (!(said instanceof Said.Refused refused) || attempt >= config.retries() || !mayPass(refused, question)) return said;
            pause(Duration.ofMillis(FIRST_PAUSE_MILLIS << Math.min(attempt, MOST_DOUBLINGS)));
        }
    }

    /** What throttling refuses was not begun; of a fault that is not known. */
    private static boolean mayPass(Said.Refused refused, Question question) {
        return refused.isThrottling() || (refused.status() >= 500 && !question.makesAnother());
    }

    /** Where it is answered first. */
    private Said reach(Question question) {
        var places = question.service() == Question.Service.IAM ? List.of(config.iam()) : config.sts();
        for (int i = 0; ; i++) {
            try {
                return once(question, places.get(i));
            } catch (Problem.ProblemException unreachable) {
                LOG.log(Level.WARNING, "AWS could not be asked: {0}", unreachable.getMessage());
                if (i + 1 == places.size() || question.makesAnother()) throw new Problem.Upstream("AWS could not be asked: the server's log says why").asException();
            }
        }
    }

    private Said once(Question question, Place place) {
        var signer = new Signer(accessKey, secretKey, place.region(), question.service().signedAs);
        var time = world.clock().instant().plus(skew);
        var answer = world.outbound().send(signer.sign(place.address(), question.form(), time));
        var said = read(question, answer);
        if (!(said instanceof Said.Refused refused) || !ANOTHER_TIME.contains(refused.code()) || !skew.isZero()) return said;
        skew = skew(answer, time);
        return skew.isZero() ? said : read(question, world.outbound().send(signer.sign(place.address(), question.form(), time.plus(skew))));
    }

    /** How far their clock is from ours, where that would be a reason. */
    private static Duration skew(Outbound.Answer answer, Instant asked) {
        try {
            var theirs = answer.header("date").map(date -> Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date))).orElse(asked);
            var skew = Duration.between(asked, theirs);
            return skew.abs().compareTo(ANOTHER_CLOCK) > 0 ? skew : Duration.ZERO;
        } catch (DateTimeException unreadable) {
            return Duration.ZERO;
        }
    }

    private static Said read(Question question, Outbound.Answer answer) {
        var xml = Xml.read(answer.body());
        if (answer.status() == 200) {
            return xml.filter(told -> told.root().equals(question.action() + "Response")).<Said>map(Said.Told::new)
                    .orElseThrow(() -> new Problem.Upstream("what answered is not AWS: its answer to " + question.action() + " cannot be read").asException());
        }
        var code = error(xml, "Code").filter(text -> text.matches("[A-Za-z0-9.]{1,80}")).orElse("");
        LOG.log(Level.INFO, "AWS refused {0}: {1}: {2}", question.action(), code, error(xml, "Message").map(Api::line).orElse(""));
        return new Said.Refused(code, answer.status());
    }

    /** Of an error, which some that speak AWS's language put into a list. */
    private static Optional<String> error(Optional<Xml> answer, String part) {
        return answer.filter(told -> told.root().equals("ErrorResponse")).map(told -> told.text("Error/" + part) + told.text("Errors/Error/" + part));
    }

    private static String line(String text) {
        var line = text.replaceAll("[^\\x20-\\x7e]", " ");
        return line.length() > MOST_TEXT ? line.substring(0, MOST_TEXT) : line;
    }
}
