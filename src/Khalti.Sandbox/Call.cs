namespace Khalti.Sandbox;

/// <summary>The endpoint filters of Khalti's API: record the call, apply fault rules, check keys, refuse unreadable bodies.</summary>
internal static class Call
{
    internal static RouteHandlerBuilder AsCall(this RouteHandlerBuilder route, string operation) =>
        route.AddEndpointFilter((call, next) => RecordAndApplyFaults(operation, call, next)).AddEndpointFilter(RefuseUnreadable);

    /// <summary>The filters of a call by a merchant's server: the secret key is checked before the body.</summary>
    internal static RouteHandlerBuilder AsServerCall(this RouteHandlerBuilder route, string operation) =>
        route.AddEndpointFilter((call, next) => RecordAndApplyFaults(operation, call, next))
            .AddEndpointFilter(KeyHeader.RequireSecret)
            .AddEndpointFilter(RefuseUnreadable);

    /// <summary>The filters of an ePayment call by a merchant's server.</summary>
    internal static RouteHandlerBuilder AsEPaymentCall(this RouteHandlerBuilder route, string operation) =>
        route.AddEndpointFilter((call, next) => RecordAndApplyFaults(operation, call, next))
            .AddEndpointFilter(KeyHeader.RequireSecret)
            .AddEndpointFilter(KeyHeader.RequireEPayment)
            .AddEndpointFilter(RefuseForm)
            .AddEndpointFilter(RefuseUnreadable);

    /// <summary>The filters of an ePayment call by one of Khalti's kits in an app, with the public key. Some send forms.</summary>
    internal static RouteHandlerBuilder AsEPaymentKitCall(this RouteHandlerBuilder route, string operation) =>
        route.AddEndpointFilter((call, next) => RecordAndApplyFaults(operation, call, next))
            .AddEndpointFilter(KeyHeader.RequireEPaymentPublic)
            .AddEndpointFilter(RefuseUnreadable);

    private static async ValueTask<object?> RecordAndApplyFaults(
        string operation, EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        HttpContext context = call.HttpContext;
        RequestJournal journal = context.RequestServices.GetRequiredService<RequestJournal>();
        Faults faults = context.RequestServices.GetRequiredService<Faults>();
        Fields fields = await Fields.BindAsync(context);
        ReceivedCall received = journal.Record(operation, context.Request, fields);
        received.Hint = context.Request.HasFormContentType && fields.Raw.Span.TrimStart(" \r\n\t"u8).StartsWith("{"u8)
            ? "The body looks like JSON, but its Content-Type says that it is a form: Content-Type: application/json is missing." : null;
        context.Features.Set(received);
        Answer? answer;
        try
        {
            answer = await faults.ApplyAsync(operation, async () => (Answer)(await next(call))!);
        }
        catch (OperationCanceledException)
        {
            answer = null; // The sandbox was stopped during a delay.
        }

        received.Status = answer?.Status;
        if (answer is null)
        {
            context.Abort();
            return Results.Empty;
        }

        return answer;
    }

    private static async ValueTask<object?> RefuseForm(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        HttpContext context = call.HttpContext;
        bool refuse = context.Request.HasFormContentType
            && !context.RequestServices.GetRequiredService<BehaviourSettings>().Current.EPaymentForms;
        return refuse ? Errors.Detail(415, "Unsupported media type in request.") : await next(call);
    }

    private static async ValueTask<object?> RefuseUnreadable(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        HttpContext context = call.HttpContext;
        Fields fields = await Fields.BindAsync(context);
        bool refundOfAll = fields.IsEmptyList && context.Features.Get<ReceivedCall>()?.Operation == Operation.Refund
            && context.RequestServices.GetRequiredService<BehaviourSettings>().Current.RefundTakesEmptyList;
        return refundOfAll ? await next(call) : fields.Unreadable ?? await next(call);
    }
}
