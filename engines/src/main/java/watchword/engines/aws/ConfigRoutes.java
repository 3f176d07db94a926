package watchword.engines.aws;

import java.util.List;
import java.util.Optional;
import watchword.sdk.Call;
import watchword.sdk.Default;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.Page;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/** How AWS is asked, and what is made of its answers. */
final class ConfigRoutes {
    private static final String ROW = "one";

    private final Table<ClientConfig> clients;
    private final Table<Identity> identities;
    private final Table<Sts> accounts;

    ConfigRoutes(EngineContext context) {
        this.clients = context.table("client", ClientConfig.class);
        this.identities = context.table("identity", Identity.class);
        this.accounts = context.table("sts", Sts.class);
    }

    record Nothing() {}

    record SetClient(
            @Doc("Access key with which users and roles are looked up.") Optional<String> accessKey,
            @Doc("Its secret. Never shown.") Optional<Secret> secretKey,
            @Doc("Taken and shown: EC2 is not asked.") Optional<String> endpoint,
            @Doc("Address of IAM, in place of AWS's own.") Optional<String> iamEndpoint,
            @Doc("Address of STS, in place of AWS's own. All questions go there, whatever a client has signed.") Optional<String> stsEndpoint,
            @Doc("Region of sts_endpoint: signatures for another are refused.") Optional<String> stsRegion,
            @Doc("Ask the regional endpoint of AWS for which a client has signed.") Optional<Boolean> useStsRegionFromClient,
            @Doc("Value that clients must have signed in the header X-Vault-AWS-IAM-Server-ID, so that what they send others is of no use here.") Optional<String> iamServerIdHeaderValue,
            @Doc("Headers that clients may sign besides the usual.") Optional<List<String>> allowedStsHeaderValues,
            @Doc("Taken and shown.") Optional<Long> maxRetries,
            @Doc("Taken and shown.") Optional<String> roleArn) {}

    record ShownClient(
            @Doc("Access key with which users and roles are looked up.") String accessKey,
            @Doc("Headers that clients may sign besides the usual.") List<String> allowedStsHeaderValues,
            @Doc("Taken and shown.") String endpoint,
            @Doc("Address of IAM.") String iamEndpoint,
            @Doc("Value that clients must have signed.") String iamServerIdHeaderValue,
            @Doc("Taken and shown.") long maxRetries,
            @Doc("Taken and shown.") String roleArn,
            @Doc("Address of STS.") String stsEndpoint,
            @Doc("Region of sts_endpoint.") String stsRegion,
            @Doc("Whether the endpoint is asked for which a client has signed.") boolean useStsRegionFromClient) {}

    record Identity(
            @Doc("What an alias is named by: `role_id`, `unique_id` or `full_arn`.") @Default("role_id") String iamAlias,
            @Doc("Which facts are kept as metadata of the alias: `account_id`, `auth_type`, `canonical_arn`, `client_arn`, `client_user_id`.") @Default("account_id,auth_type") List<String> iamMetadata,
            @Doc("Taken and shown: EC2 logins are not there.") @Default("role_id") String ec2Alias,
            @Doc("Taken and shown.") @Default("account_id,auth_type") List<String> ec2Metadata) {
        static final List<String> FACTS = List.of("account_id", "auth_type", "canonical_arn", "client_arn", "client_user_id");
    }

    record SetIdentity(
            @Doc("What an alias is named by: `role_id`, `unique_id` or `full_arn`.") Optional<String> iamAlias,
            @Doc("Which facts are kept as metadata of the alias; `default` for account_id and auth_type.") Optional<List<String>> iamMetadata,
            @Doc("Taken and shown: EC2 logins are not there.") Optional<String> ec2Alias,
            @Doc("Taken and shown.") Optional<List<String>> ec2Metadata) {}

    record Account(@Doc("Number of the account.") String accountId) {}

    record SetSts(
            @Doc("Number of the account.") String accountId,
            @Doc("Taken and shown: role to take on in that account.") String stsRole,
            @Doc("Taken and shown.") String externalId) {}

    record Sts(@Doc("Role to take on in that account.") String stsRole, @Doc("External id to take it on with.") String externalId) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.read("config/client", Nothing.class, ShownClient.class, this::readClient, "Read how AWS is asked."),
                Route.write("config/client", SetClient.class, None.class, this::writeClient, "Set how AWS is asked.").existence(call -> clients.get(call.store(), ROW).isPresent()),
                Route.delete("config/client", Nothing.class, None.class, this::deleteClient, "Ask AWS as by default."),
                Route.read("config/identity", Nothing.class, Identity.class, call -> Reply.of(identity(call.store())), "Read what aliases are named by."),
                Route.write("config/identity", SetIdentity.class, None.class, this::writeIdentity, "Set what aliases are named by."),
                Route.list("config/sts", Page.class, Page.Keys.class, call -> call.input().of(accounts, call.store()), "List accounts with a role of their own."),
                Route.read("config/sts/{account_id}", Account.class, Sts.class, call -> Reply.of(accounts.get(call.store(), call.input().accountId()).orElseThrow(() -> new Problem.NotFound().asException())), "Read an account's role."),
                Route.write("config/sts/{account_id}", SetSts.class, None.class, this::writeSts, "Set an account's role.").existence(call -> accounts.get(call.store(), call.input().accountId()).isPresent()),
                Route.delete("config/sts/{account_id}", Account.class, None.class, this::deleteSts, "Delete an account's role."));
    }

    ClientConfig client(Storage.Reader store) {
        return clients.get(store, ROW).orElse(ClientConfig.NONE);
    }

    Identity identity(Storage.Reader store) {
        return identities.get(store, ROW).orElse(new Identity("role_id", List.of("account_id", "auth_type"), "role_id", List.of("account_id", "auth_type")));
    }

    private Reply<ShownClient> readClient(Call.Read<Nothing> call) {
        var config = clients.get(call.store(), ROW).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(new ShownClient(config.accessKey(), config.allowedStsHeaderValues(), config.endpoint(), config.iamEndpoint(), config.iamServerIdHeaderValue(), config.maxRetries(), config.roleArn(),
                config.stsEndpoint(), config.stsRegion(), config.useStsRegionFromClient()));
    }

    private Reply<None> writeClient(Call.Change<SetClient> call) {
        var in = call.input();
        var before = client(call.store());
        var after = new ClientConfig(in.accessKey().orElse(before.accessKey()), in.secretKey().orElse(before.secretKey()), in.endpoint().orElse(before.endpoint()), in.iamEndpoint().orElse(before.iamEndpoint()),
                in.stsEndpoint().orElse(before.stsEndpoint()), in.stsRegion().orElse(before.stsRegion()), in.useStsRegionFromClient().orElse(before.useStsRegionFromClient()),
                in.iamServerIdHeaderValue().orElse(before.iamServerIdHeaderValue()), in.allowedStsHeaderValues().orElse(before.allowedStsHeaderValues()), in.maxRetries().orElse(before.maxRetries()),
                in.roleArn().orElse(before.roleArn()));
        Address.require("sts_endpoint", after.stsEndpoint());
        Address.require("iam_endpoint", after.iamEndpoint());
        clients.put(call.store(), ROW, after);
        return Reply.nothing();
    }

    private Reply<None> deleteClient(Call.Change<Nothing> call) {
        clients.delete(call.store(), ROW);
        return Reply.nothing();
    }

    private Reply<None> writeIdentity(Call.Change<SetIdentity> call) {
        var in = call.input();
        var before = identity(call.store());
        var after = new Identity(in.iamAlias().orElse(before.iamAlias()), facts(in.iamMetadata().orElse(before.iamMetadata())), in.ec2Alias().orElse(before.ec2Alias()), in.ec2Metadata().orElse(before.ec2Metadata()));
        if (!List.of("role_id", "unique_id", "full_arn", "canonical_arn").contains(after.iamAlias())) throw new Problem.Invalid("invalid iam_alias: must be role_id, unique_id, canonical_arn or full_arn").asException();
        identities.put(call.store(), ROW, after);
        return Reply.nothing();
    }

    private static List<String> facts(List<String> wanted) {
        if (wanted.equals(List.of("default"))) return List.of("account_id", "auth_type");
        if (!Identity.FACTS.containsAll(wanted)) throw new Problem.Invalid("iam_metadata", "must be among " + String.join(", ", Identity.FACTS)).asException();
        return wanted;
    }

    private Reply<None> writeSts(Call.Change<SetSts> call) {
        if (call.input().stsRole().isEmpty()) throw new Problem.Invalid("missing sts_role").asException();
        accounts.put(call.store(), call.input().accountId(), new Sts(call.input().stsRole(), call.input().externalId()));
        return Reply.nothing();
    }

    private Reply<None> deleteSts(Call.Change<Account> call) {
        accounts.delete(call.store(), call.input().accountId());
        return Reply.nothing();
    }
}
