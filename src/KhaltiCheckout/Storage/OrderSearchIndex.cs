using KhaltiCheckout.Model;

namespace KhaltiCheckout.Storage;

/// <summary>Writes the words under which an order is found.</summary>
internal static class OrderSearchIndex
{
    private const string InsertTerm = """INSERT INTO "SearchTerms" ("Term", "OrderId") VALUES (@p0, @p1)""";

    /// <summary>For an order that has just been added, in the same transaction.</summary>
    internal static Task AddAsync(SqlSession sql, Order order) => sql.ChangeAsync(
        order.Id,
        SearchTerm.Of(order.Id, order.CustomerName, order.CustomerEmail, order.CustomerPhone)
            .Select(term => SqlChange.Add(InsertTerm, term.Term, term.OrderId)));
}
