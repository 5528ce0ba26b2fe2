using KhaltiCheckout.Access;
using KhaltiCheckout.Http;
using KhaltiCheckout.Idempotency;

namespace KhaltiCheckout.DailyReconciliation;

internal static class ClosingFeature
{
    internal static void AddClosing(this IServiceCollection services)
    {
        services.AddSingleton<CloseLeases>();
        services.AddScoped<DayReconciliation>();
        services.AddScoped<CloseRunner>();
        services.AddOptions<NightOptions>().BindConfiguration(NightOptions.Section)
            .Validate(
                options => options.At >= TimeSpan.Zero && options.At < TimeSpan.FromDays(1),
                "DailyReconciliation:At must be a time of the day, such as 02:00:00.")
            .ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<DifferenceReports>();
        services.AddSingleton<NightPass>();
    }

    internal static void MapClosing(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder closes = routes.MapGroup("/api/v1/admin/closes").WithTags("Day's close");

        closes.MapGet("/", ShowCloses.HandleList)
            .RequireAuthorization(Scopes.Read)
            .WithName("ListCloses")
            .WithExample(() => ClosingExamples.ListCloses)
            .WithSummary("Days compared with Khalti")
            .WithDescription("The newest day first. `limit` up to 100; `cursor` is the `nextCursor` of the answer before.")
            .CanFail(400, 401, 403, 503);

        closes.MapGet("/{day}", ShowCloses.Handle)
            .RequireAuthorization(Scopes.Read)
            .WithName("ShowClose")
            .WithExample(() => ClosingExamples.ShowClose)
            .WithSummary("Read a day's close")
            .WithDescription("A day in Nepal, e.g. `2026-11-20`. Amounts are paisa.")
            .CanFail(401, 403, 404, 503);

        closes.MapPost("/", RunClose.Handle)
            .RequireAuthorization(Scopes.Admin)
            .WithValidation<RunCloseRequest>()
            .WithName("RunClose")
            .WithExample(() => ClosingExamples.RunClose)
            .WithSummary("Compare a day with Khalti")
            .WithDescription(
                "Reads Khalti's list of transactions and looks up the day's ePayments, compares each with "
                + "the orders here, and the refunds of "
                + "the 30 days before. Changes no order: each difference names what mends it. It may take minutes, and goes on when you "
                + "hang up: read the day then. Takes no Idempotency-Key: it may be asked again.")
            .CanFail(400, 401, 403, 409, 413, 415, 429, 503);

        closes.MapPost("/{day}/sign-off", SignOffClose.Handle)
            .RequireAuthorization(Scopes.Admin)
            .WithValidation<SignOffCloseRequest>()
            .WithIdempotency<SignOffCloseRequest>()
            .WithName("SignOffClose")
            .WithExample(() => ClosingExamples.SignOffClose)
            .WithSummary("Sign a day off")
            .WithDescription("A day that is over and was compared as a whole; with a note if there are differences. It is kept as it was.")
            .CanFail(400, 401, 403, 404, 409, 413, 415, 422, 429, 503);
    }
}
