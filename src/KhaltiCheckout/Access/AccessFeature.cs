using KhaltiCheckout.Http;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Access;

internal static class AccessFeature
{
    // With a limit over all networks strangers could lock the merchant out: AuthenticationThrottle keeps guessing slow.
    private static readonly RateLimitBudget SigningIn = new() { OfAllNetworks = null };

    internal static void AddAccess(this IServiceCollection services)
    {
        services.AddOptions<AdminOptions>().BindConfiguration(AdminOptions.Section).ValidateOnStart();
        services.AddSingleton<IPostConfigureOptions<AdminOptions>, AdminDefaults>();
        services.AddSingleton<IValidateOptions<AdminOptions>, AdminOptionsRules>();
        services.AddSingleton<ConfiguredApiKeys>();
        services.AddSingleton<AuthenticationThrottle>();
        services.AddSingleton<SecurityLog>();
        services.AddSingleton<ApiKeyUsageTracker>();
        services.AddHostedService(provider => provider.GetRequiredService<ApiKeyUsageTracker>());
        services.AddScoped<Keys>();

        // The core alone: what AddAuthentication adds to it keeps encryption keys in files, and nothing here is encrypted.
        services.AddWebEncoders();
        services.AddAuthenticationCore(authentication =>
        {
            authentication.AddScheme<ApiKeyHandler>(ApiKeyHandler.SchemeName, displayName: null);
            authentication.DefaultScheme = ApiKeyHandler.SchemeName;
        });
        Scopes.AddTo(services.AddAuthorizationBuilder());
    }

    internal static void MapAccess(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder session = routes.MapGroup("/api/v1/admin/session").WithTags("Keys");

        session.MapPost("/", SignIn.Handle)
            .AllowAnonymous()
            .CountsAs(SigningIn)
            .WithValidation<SignInRequest>()
            .WithName("SignIn")
            .WithExample(() => AccessExamples.SignIn)
            .WithSummary("Sign in to the admin pages")
            .WithDescription(
                "Gives a cookie in exchange for a key, for twelve hours. With the cookie every request but GET and HEAD needs the header "
                + "`X-Requested-With: khalti-checkout`. After ten wrong keys in a quarter of an hour a network has to wait. "
                + "Ten sign-ins last with one key: one more ends the oldest.")
            .CanFail(400, 401, 413, 415, 429, 503);

        session.MapGet("/", ShowSession.Handle)
            .RequireAuthorization(Scopes.AnyKey)
            .WithName("ShowSession")
            .WithExample(() => AccessExamples.ShowSession)
            .WithSummary("Who am I?")
            .WithDescription("Name and scopes of the key, brought along or signed in with.")
            .CanFail(401, 503);

        session.MapDelete("/", SignOut.Handle)
            .RequireAuthorization(Scopes.AnyKey)
            .WithName("SignOut")
            .WithExample(() => AccessExamples.SignOut)
            .WithSummary("Sign out of the admin pages")
            .WithDescription("Ends the session of the cookie.")
            .CanFail(401, 403, 503);

        RouteGroupBuilder sessions = routes.MapGroup("/api/v1/admin/sessions").RequireAuthorization(Scopes.AnyKey).WithTags("Keys");

        sessions.MapGet("/", ListSessions.Handle)
            .WithName("ListSessions")
            .WithExample(() => AccessExamples.ListSessions)
            .WithSummary("List sign-ins")
            .WithDescription(
                "Who is signed in on the admin pages, newest first: with the key of the request, or with scope `admin` with any key.")
            .CanFail(401, 503);

        sessions.MapDelete("/{id}", EndSession.Handle)
            .WithName("EndSession")
            .WithExample(() => AccessExamples.EndSession)
            .WithSummary("End a sign-in")
            .WithDescription("At once, in every process. One of the request's own key, or with scope `admin` any.")
            .CanFail(401, 403, 404, 503);

        RouteGroupBuilder keys = routes.MapGroup("/api/v1/admin/keys").RequireAuthorization(Scopes.Admin).WithTags("Keys");

        keys.MapGet("/", ListKeys.Handle)
            .WithName("ListKeys")
            .WithExample(() => AccessExamples.ListKeys)
            .WithSummary("List keys")
            .WithDescription(
                "Every key that was ever made, newest first, without the key itself. Needs scope `admin`. Keys "
                + "of the settings are not listed.")
            .CanFail(401, 403, 503);

        keys.MapPost("/", CreateKey.Handle)
            .WithValidation<CreateKeyRequest>()
            .WithName("CreateKey")
            .WithExample(() => AccessExamples.CreateKey)
            .WithSummary("Make a key")
            .WithDescription(
                "The answer is the only one that has the key in it. Needs scope `admin`. Takes no "
                + "`Idempotency-Key`, because an answer that is kept would "
                + "keep the key: the name guards against a second key of a repeated request. When the answer "
                + "was lost, revoke the key and make another.")
            .CanFail(400, 401, 403, 409, 413, 415, 429, 503);

        keys.MapPost("/{id}/revoke", RevokeKey.Handle)
            .WithName("RevokeKey")
            .WithExample(() => AccessExamples.RevokeKey)
            .WithSummary("Revoke a key")
            .WithDescription(
                "The key is dead at once, and so is every session it was signed in with. Needs scope `admin`. "
                + "Takes no body; once more changes nothing.")
            .CanFail(401, 403, 404, 413, 415, 429, 503);
    }
}
