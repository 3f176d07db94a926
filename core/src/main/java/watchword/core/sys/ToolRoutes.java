package watchword.core.sys;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import watchword.sdk.Call;
import watchword.sdk.Default;
import watchword.sdk.Doc;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Route;

/** {@code sys/tools}: hashing and random bytes. */
public final class ToolRoutes {
    private static final int MAX_RANDOM = 128 * 1024;

    private final SecureRandom random;

    public ToolRoutes(SecureRandom random) {
        this.random = random;
    }

    record Hash(
            @Doc("What to hash, as base64.") String input,
            @Doc("`sha2-224`, `sha2-256`, `sha2-384`, `sha2-512`, or the same of `sha3`.") @Default("sha2-256") String algorithm,
            @Doc("Algorithm, in the path.") Optional<String> urlalgorithm,
            @Doc("`hex` or `base64`.") @Default("hex") String format) {}

    record Sum(@Doc("The hash, in the format asked for.") String sum) {}

    record Random(
            @Doc("How many bytes.") @Default("32") int bytes,
            @Doc("How many bytes, in the path.") Optional<String> urlbytes,
            @Doc("`platform`, the only source there is; another name means the same.") Optional<String> source,
            @Doc("`hex` or `base64`.") @Default("base64") String format) {}

    record Bytes(@Doc("The bytes, in the format asked for.") String randomBytes) {}

    public List<Route<?, ?>> routes() {
        return List.of(
                Route.ask("tools/hash", Hash.class, Sum.class, this::hash, "Hash some bytes."),
                Route.ask("tools/hash/{urlalgorithm}", Hash.class, Sum.class, this::hash, "Hash some bytes."),
                Route.ask("tools/random", Random.class, Bytes.class, this::random, "Make random bytes."),
                Route.ask("tools/random/{urlbytes}", Random.class, Bytes.class, this::random, "Make random bytes."),
                Route.ask("tools/random/{source}/{urlbytes}", Random.class, Bytes.class, this::random, "Make random bytes."));
    }

    private Reply<Sum> hash(Call.Read<Hash> call) {
        var in = call.input();
        var algorithm = switch (in.urlalgorithm().orElse(in.algorithm())) {
            case "sha2-224" -> "SHA-224";
            case "sha2-256" -> "SHA-256";
            case "sha2-384" -> "SHA-384";
            case "sha2-512" -> "SHA-512";
            case "sha3-224" -> "SHA3-224";
            case "sha3-256" -> "SHA3-256";
            case "sha3-384" -> "SHA3-384";
            case "sha3-512" -> "SHA3-512";
            default -> throw new Problem.Invalid("unsupported algorithm " + in.urlalgorithm().orElse(in.algorithm())).asException();
        };
        try {
            return Reply.of(new Sum(written(MessageDigest.getInstance(algorithm).digest(base64(in.input())), in.format())));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }

    private static byte[] base64(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException invalid) {
            int at = 0;
            while (at < text.length() && (Character.isLetterOrDigit(text.charAt(at)) || "+/=".indexOf(text.charAt(at)) >= 0)) at++;
            throw new Problem.Invalid("unable to decode input as base64: illegal base64 data at input byte " + at).asException();
        }
    }

    private static String written(byte[] bytes, String format) {
        return switch (format) {
            case "hex" -> HexFormat.of().formatHex(bytes);
            case "base64" -> Base64.getEncoder().encodeToString(bytes);
            default -> throw new Problem.Invalid("unsupported encoding format " + format + "; must be \"hex\" or \"base64\"").asException();
        };
    }

    private Reply<Bytes> random(Call.Read<Random> call) {
        int count = call.input().urlbytes().map(ToolRoutes::count).orElse(call.input().bytes());
        if (count < 1) throw new Problem.Invalid("\"bytes\" cannot be less than 1").asException();
        if (count > MAX_RANDOM) throw new Problem.Invalid("\"bytes\" should be less than " + MAX_RANDOM).asException();
        var bytes = new byte[count];
        random.nextBytes(bytes);
        return Reply.of(new Bytes(written(bytes, call.input().format())));
    }

    private static int count(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException invalid) {
            throw new Problem.Invalid("error parsing url-set byte count: strconv.ParseInt: invalid syntax").asException();
        }
    }
}
