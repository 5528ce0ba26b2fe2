using KhaltiCheckout.Access;
using KhaltiCheckout.Http;
using KhaltiCheckout.Idempotency;

namespace KhaltiCheckout.Desk;

internal static class DeskFeature
{
    internal static void AddDesk(this IServiceCollection services) => services.AddSingleton<DaySums>();

    internal static void MapAdminOrders(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder admin = routes.MapGroup("/api/v1/admin").WithTags("Admin");

        admin.MapGet("/orders", ListOrders.Handle)
            .RequireAuthorization(Scopes.Read)
            .WithName("ListOrders")
            .WithExample(() => DeskExamples.ListOrders)
            .WithSummary("Find orders")
            .WithDescription("Newest first, page by page. An unknown value of a filter is refused, never ignored.")
            .CanFail(400, 401, 403, 503);

        admin.MapGet("/orders/{id}", ShowAdminOrder.Handle)
            .RequireAuthorization(Scopes.Read)
            .WithName("ShowOrder")
            .WithExample(() => DeskExamples.ShowOrder)
            .WithSummary("Read an order with its timeline")
            .WithDescription(
                "Everything that is known of an order: customer, payments with fees, refunds, and what happened when, by whom and why.")
            .CanFail(401, 403, 404, 409, 503);

        admin.MapGet("/orders.csv", ExportOrders.Handle)
            .Produces<string>(200, ExportOrders.MediaType)
            .RequireAuthorization(Scopes.Read)
            .WithName("ExportOrders")
            .WithExample(() => DeskExamples.ExportOrders)
            .WithSummary("Orders as a table for spreadsheets")
            .WithDescription(
                "The same filters; UTF-8, RFC 4180. Cells that a spreadsheet would take for a formula begin with an apostrophe.")
            .CanFail(400, 401, 403, 503);

        admin.MapGet("/summary", ShowSummary.Handle)
            .RequireAuthorization(Scopes.Read)
            .WithName("ShowSummary")
            .WithExample(() => DeskExamples.ShowSummary)
            .WithSummary("How the shop does, by day")
            .WithDescription(
                "Days in Nepal, oldest first: orders, what came in, what went back, Khalti's fees, and what "
                + "is left. And what is not known yet.")
            .CanFail(400, 401, 403, 503);

        admin.MapPost("/orders/{id}/resolve", ResolveOrder.Handle)
            .WithValidation<ResolveOrderRequest>()
            .WithIdempotency<ResolveOrderRequest>()
            .RequireAuthorization(Scopes.Admin)
            .WithName("ResolveOrder")
            .WithExample(() => DeskExamples.ResolveOrder)
            .WithSummary("Say what came of an order that needed a look")
            .WithDescription(
                "Closes one of the order's open `reasons`: the one that `reasonId` names; without it, the only one that is open. The "
                + "note stays in the timeline with the key's name. A payment that no rule could settle is over with its last reason, "
                + "unless Khalti has money of it.")
            .CanFail(400, 401, 403, 404, 409, 413, 415, 422, 429, 503);

        admin.MapPost("/orders/{id}/payments", AttachTransaction.Handle)
            .WithValidation<AttachTransactionRequest>()
            .WithIdempotency<AttachTransactionRequest>()
            .RequireAuthorization(Scopes.Admin)
            .WithName("AttachTransaction")
            .WithExample(() => DeskExamples.AttachTransaction)
            .WithSummary("Attach a transaction that only Khalti knows")
            .WithDescription(
                "Pays the order with a transaction of the widget that Khalti has completed and no payment here has. Khalti is asked: "
                + "the transaction has to be completed, with the order's amount, and for no other order of this shop. `201`: it has paid "
                + "the order; of an order that was paid before it is a second payment (`double_payment`), which can be refunded. `200`: "
                + "it is this order's payment already, and nothing was done.")
            .CanFail(400, 401, 403, 404, 409, 413, 415, 422, 429, 503);

        admin.MapGet("/unmatched-transactions", ListUnmatched.Handle)
            .RequireAuthorization(Scopes.Read)
            .WithName("ListUnmatchedTransactions")
            .WithExample(() => DeskExamples.ListUnmatched)
            .WithSummary("Transactions at Khalti that belong to no order")
            .WithDescription(
                "Those that a person should look at, newest first. One that was paid for an order of this shop is not here: its order has "
                + "the reason `unmatched_transaction`.")
            .CanFail(400, 401, 403, 503);

        admin.MapPost("/unmatched-transactions/{transactionId}/resolve", ResolveUnmatched.Handle)
            .WithValidation<ResolveUnmatchedRequest>()
            .WithIdempotency<ResolveUnmatchedRequest>()
            .RequireAuthorization(Scopes.Admin)
            .WithName("ResolveUnmatchedTransaction")
            .WithExample(() => DeskExamples.ResolveUnmatched)
            .WithSummary("Say what came of a transaction that belongs to no order")
            .WithDescription("Takes it off the list; the note is kept with the key's name. Moves no money.")
            .CanFail(400, 401, 403, 404, 409, 413, 415, 422, 429, 503);

        admin.MapPost("/payments/{id}/check", CheckPayment.Handle)
            .RequireAuthorization(Scopes.Admin)
            .WithName("CheckPayment")
            .WithExample(() => DeskExamples.CheckPayment)
            .WithSummary("Ask Khalti now")
            .WithDescription(
                "Asks Khalti what became of a payment, and settles it by the answer, as the shop does by itself from time to time. Takes "
                + "no body, and no Idempotency-Key: it may be asked again.")
            .CanFail(401, 403, 404, 409, 429, 503);
    }
}
