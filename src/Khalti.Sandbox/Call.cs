namespace Khalti.Sandbox;

/// <summary>What every call to Khalti's API goes through: noted, made to fail on request, its body readable.</summary>
internal static class Call
{
    internal static RouteHandlerBuilder AsCall(this RouteHandlerBuilder route, string operation) =>
        route.AddEndpointFilter((call, next) => NoteAndFail(operation, call, next)).AddEndpointFilter(RefuseUnreadable);

    /// <summary>The same for a merchant's server. The key is looked at before the body.</summary>
    internal static RouteHandlerBuilder AsServerCall(this RouteHandlerBuilder route, string operation) =>
        route.AddEndpointFilter((call, next) => NoteAndFail(operation, call, next))
            .AddEndpointFilter(SecretKey.Require)
            .AddEndpointFilter(RefuseUnreadable);

    /// <summary>The same in the ePayment product, which speaks JSON only.</summary>
    internal static RouteHandlerBuilder AsEPaymentCall(this RouteHandlerBuilder route, string operation) =>
        route.AddEndpointFilter((call, next) => NoteAndFail(operation, call, next))
            .AddEndpointFilter(SecretKey.Require)
            .AddEndpointFilter(SecretKey.RequireEPayment)
            .AddEndpointFilter(RefuseForm)
            .AddEndpointFilter(RefuseUnreadable);

    private static async ValueTask<object?> NoteAndFail(
        string operation, EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        HttpContext context = call.HttpContext;
        RequestJournal journal = context.RequestServices.GetRequiredService<RequestJournal>();
        Faults faults = context.RequestServices.GetRequiredService<Faults>();
        ReceivedCall noted = journal.Note(operation, context.Request, await Fields.BindAsync(context));
        Answer? answer;
        try
        {
            answer = await faults.AroundAsync(operation, async () => (Answer)(await next(call))!);
        }
        catch (OperationCanceledException)
        {
            answer = null; // The sandbox stops in the middle of a delay.
        }

        noted.Status = answer?.Status;
        if (answer is null)
        {
            context.Abort();
            return Results.Empty;
        }

        return answer;
    }

    private static async ValueTask<object?> RefuseForm(EndpointFilterInvocationContext call, EndpointFilterDelegate next) =>
        call.HttpContext.Request.HasFormContentType ? Errors.Detail(415, "Unsupported media type in request.") : await next(call);

    private static async ValueTask<object?> RefuseUnreadable(EndpointFilterInvocationContext call, EndpointFilterDelegate next) =>
        (await Fields.BindAsync(call.HttpContext)).Unreadable ?? await next(call);
}
