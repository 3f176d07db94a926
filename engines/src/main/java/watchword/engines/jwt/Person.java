package watchword.engines.jwt;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.crypto.jose.JwtException;
import watchword.sdk.Reply;

/**
 * Who it is, as the claims of a token say and the role reads them.
 *
 * @param metadata of their token and alias, {@code role} included
 */
record Person(String alias, List<String> groups, Map<String, String> metadata, String run) {
    /** Where the metadata names the role. No claim can be mapped to it. */
    static final String ROLE = "role";
    private static final int MAX_NAME = 1024;
    private static final int MAX_GROUPS = 2_000;

    static Person of(Claims claims, String roleName, Role role) throws JwtException {
        var metadata = metadata(claims, role);
        metadata.put(ROLE, roleName);
        return new Person(alias(claims, role), groups(claims, role), metadata, run(claims, role));
    }

    private static String alias(Claims claims, Role role) throws JwtException {
        var claim = role.userClaim();
        var value = (role.userClaimJsonPointer() ? claims.find(claim) : claims.named(claim)).orElseThrow(() -> new JwtException("claim \"" + claim + "\" not found in token"));
        if (!(value instanceof String name)) throw new JwtException("claim \"" + claim + "\" could not be converted to string");
        if (name.isBlank() || name.length() > MAX_NAME) throw new JwtException("claim \"" + claim + "\" is empty, or too long for a name");
        return name;
    }

    private static Map<String, String> metadata(Claims claims, Role role) throws JwtException {
        var metadata = new LinkedHashMap<String, String>();
        for (var mapping : role.claimMappings().entrySet()) {
            var value = claims.find(mapping.getKey());
            if (value.isEmpty()) continue;
            if (!(value.get() instanceof String text)) throw new JwtException("error converting claim '" + mapping.getKey() + "' to string");
            metadata.put(mapping.getValue(), text);
        }
        return metadata;
    }

    private static List<String> groups(Claims claims, Role role) throws JwtException {
        var claim = role.groupsClaim();
        if (claim.isEmpty()) return List.of();
        var value = claims.find(claim).orElseThrow(() -> new JwtException("failed to fetch groups: \"" + claim + "\" claim not found in token"));
        var names = value instanceof List<?> list ? list : List.of(value);
        if (names.size() > MAX_GROUPS) throw new JwtException("\"" + claim + "\" claim has more than " + MAX_GROUPS + " groups");
        var groups = new ArrayList<String>();
        for (var name : names) {
            if (!(name instanceof String group)) throw new JwtException("\"" + claim + "\" claim could not be converted to string list");
            if (!group.isEmpty()) groups.add(group);
        }
        return List.copyOf(groups);
    }

    /** The values with slashes between them. A slash within one is written {@code %2F}, so that no two runs have one name. */
    private static String run(Claims claims, Role role) throws JwtException {
        var parts = new ArrayList<String>();
        for (var claim : role.runClaims()) parts.add(part(claims.find(claim), claim));
        return String.join("/", parts);
    }

    private static String part(Optional<Object> value, String claim) throws JwtException {
        var text = switch (value.orElse("")) {
            case String name -> name;
            case Long number -> number.toString();
            default -> "";
        };
        if (text.isEmpty() || text.length() > MAX_NAME) throw new JwtException("claim \"" + claim + "\" of the run is missing, or neither a string nor an integer");
        return text.replace("%", "%25").replace("/", "%2F");
    }

    Reply.Login login(Role role) {
        return Reply.Login.of(alias, role.terms()).displayName(alias).aliasMetadata(metadata).groups(groups).metadata(metadata).run(run)
                .handle(Map.of(ROLE, metadata.getOrDefault(ROLE, "")));
    }
}
