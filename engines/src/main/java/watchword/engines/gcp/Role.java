package watchword.engines.gcp;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import watchword.sdk.Doc;
import watchword.sdk.Inline;
import watchword.sdk.OlderTokenFields;
import watchword.sdk.Problem;
import watchword.sdk.TokenFields;
import watchword.sdk.TokenTerms;

/**
 * Who may log in as what, as it is stored.
 *
 * @param id stands for the role in aliases, whatever it is called
 * @param used older names that it was set by
 */
record Role(String id, Type type, List<String> serviceAccounts, List<String> projects, List<String> zones, List<String> regions, Duration maxJwtExp, boolean allowGceInference,
        TokenTerms terms, List<String> used) {
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final int MAX_BOUNDS = 1000;

    enum Type { IAM, GCE }

    record Given(
            @Doc("Name of the role.") String name,
            @Doc("`iam` for service accounts that sign for themselves, `gce` for machines.") Optional<String> type,
            @Doc("Accounts that may log in, by e-mail or unique id; * for any.") Optional<List<String>> boundServiceAccounts,
            @Doc("Projects that they must be of.") Optional<List<String>> boundProjects,
            @Doc("Zones that a machine must be in.") Optional<List<String>> boundZones,
            @Doc("Regions that a machine must be in.") Optional<List<String>> boundRegions,
            @Doc("Refused: needs Google's API.") List<String> boundInstanceGroups,
            @Doc("Refused: needs Google's API.") List<String> boundLabels,
            @Doc("How far ahead a signed token may end; 15 minutes when not given.") Optional<Duration> maxJwtExp,
            @Doc("Whether a machine may log in to an iam role with the account it runs as.") Optional<Boolean> allowGceInference,
            @Doc("Only false: groups need Google's API.") boolean addGroupAliases,
            @Inline TokenFields token,
            @Inline OlderTokenFields older) {}

    record Shown(
            @Doc("Kept for clients; always false.") boolean addGroupAliases,
            @Doc("Whether a machine may log in to an iam role with the account it runs as.") boolean allowGceInference,
            @Doc("Projects that they must be of.") List<String> boundProjects,
            @Doc("Regions that a machine must be in.") List<String> boundRegions,
            @Doc("Accounts that may log in; * for any.") List<String> boundServiceAccounts,
            @Doc("Zones that a machine must be in.") List<String> boundZones,
            @Doc("How far ahead a signed token may end, in seconds.") Duration maxJwtExp,
            @Doc("Id of the role.") String roleId,
            @Inline TokenTerms terms,
            @Doc("`iam` or `gce`.") String type,
            @Inline OlderTokenFields older) {}

    static Role of(Given given, Optional<Role> before, String newId) {
        if (!given.boundInstanceGroups().isEmpty() || !given.boundLabels().isEmpty()) throw new Problem.Invalid("bound_instance_groups and bound_labels are not supported: bind to projects, zones and accounts").asException();
        if (given.addGroupAliases()) throw new Problem.Invalid("add_group_aliases is not supported").asException();
        var type = given.type().map(Role::type).or(() -> before.map(Role::type)).orElseThrow(() -> new Problem.Invalid("role type is required for new role").asException());
        if (before.filter(role -> role.type() != type).isPresent()) throw new Problem.Invalid("role type cannot be changed").asException();
        var role = new Role(before.map(Role::id).orElse(newId), type,
                bounded(given.boundServiceAccounts().or(() -> before.map(Role::serviceAccounts))),
                bounded(given.boundProjects().or(() -> before.map(Role::projects))),
                bounded(given.boundZones().or(() -> before.map(Role::zones))),
                bounded(given.boundRegions().or(() -> before.map(Role::regions))),
                given.maxJwtExp().or(() -> before.map(Role::maxJwtExp)).filter(Duration::isPositive).orElse(Duration.ofMinutes(15)),
                given.allowGceInference().or(() -> before.map(Role::allowGceInference)).orElse(true),
                given.older().over(given.token(), before.map(Role::terms).orElse(TokenTerms.NONE)),
                given.older().used(given.token(), before.map(Role::used).orElse(List.of())));
        role.requireSound();
        return role;
    }

    private void requireSound() {
        if (maxJwtExp.compareTo(LONGEST) > 0) throw new Problem.Invalid("max_jwt_exp cannot be more than 1 hour").asException();
        if (type == Type.IAM) {
            if (serviceAccounts.isEmpty()) throw new Problem.Invalid("IAM role type must have at least one service account").asException();
            if (!zones.isEmpty() || !regions.isEmpty()) throw new Problem.Invalid("bound_zones and bound_regions are for roles of type gce").asException();
        } else if (serviceAccounts.isEmpty() && projects.isEmpty()) {
            throw new Problem.Invalid("a role of type gce needs bound_projects or bound_service_accounts: else every machine of every customer could log in").asException();
        }
    }

    private static List<String> bounded(Optional<List<String>> given) {
        var list = given.orElse(List.of());
        if (list.size() > MAX_BOUNDS) throw new Problem.Invalid("more than " + MAX_BOUNDS + " bounds").asException();
        return list;
    }

    private static Type type(String text) {
        return switch (text) {
            case "iam" -> Type.IAM;
            case "gce" -> Type.GCE;
            default -> throw new Problem.Invalid("role type must be iam or gce").asException();
        };
    }

    Shown shown() {
        return new Shown(false, allowGceInference, projects, regions, serviceAccounts, zones, maxJwtExp, id, terms, type == Type.IAM ? "iam" : "gce", OlderTokenFields.shown(terms, used));
    }

    /** @throws Problem.ProblemException when it may not log in as this role */
    void requireAllowed(Proven who) {
        boolean named = serviceAccounts.isEmpty() || serviceAccounts.contains("*") || serviceAccounts.contains(who.email()) || (!who.uniqueId().isEmpty() && serviceAccounts.contains(who.uniqueId()));
        boolean ofProject = projects.isEmpty() || projects.contains(who.project());
        boolean inZone = zones.isEmpty() || zones.contains(who.zone());
        boolean inRegion = regions.isEmpty() || (!who.zone().isEmpty() && regions.contains(who.region()));
        if (!named || !ofProject || !inZone || !inRegion) throw new Problem.Denied().asException();
    }
}
