using KhaltiCheckout.Storage;

namespace KhaltiCheckout.Catalogue;

/// <summary>Reads the catalogue, in plain SQL: every checkout begins with it.</summary>
internal sealed class Products(Database database)
{
    private const string Select =
        """SELECT "Id", "Name", "NameNe", "Description", "DescriptionNe", "Price", "Position" FROM "Products" """;

    private const string SelectAll = Select + """ORDER BY "Position" """;
    private const string SelectOne = Select + """WHERE "Id" = @p0""";

    internal Task<List<Product>> ListAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(sql => sql.ListAsync(SelectAll, Read), cancellationToken);

    /// <summary>By id; those that are not in the catalogue are left out.</summary>
    internal Task<Dictionary<string, Product>> FindAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken) =>
        database.ReadAsync(
        async sql =>
        {
            Dictionary<string, Product> found = new(StringComparer.Ordinal);
            foreach (string id in ids)
            {
                if (!found.ContainsKey(id) && await sql.FindAsync(SelectOne, Read, id) is { } product)
                {
                    found.Add(id, product);
                }
            }

            return found;
        },
        cancellationToken);

    private static Product Read(SqlRow row) => new()
    {
        Id = row.Text(0),
        Name = row.Text(1),
        NameNe = row.Text(2),
        Description = row.Text(3),
        DescriptionNe = row.Text(4),
        Price = row.Paisa(5),
        Position = row.Count(6),
    };
}
