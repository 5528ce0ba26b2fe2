using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using Khalti.Client;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Storage;

/// <summary>
/// The statements for one table, made from the entity's properties: each one that has a setter is a column of its name. A new column takes
/// the property and a migration; a test compares this with EF Core's model.
/// </summary>
internal sealed class EntityTable<T>
    where T : class
{
    private readonly string _name;
    private readonly Column[] _columns;
    private readonly int _key;
    private readonly int _token;
    private readonly Func<T> _create = Expression.Lambda<Func<T>>(Expression.New(typeof(T))).Compile();
    private readonly ConcurrentDictionary<(ulong Changed, bool HasToken), string> _updates = new();

    /// <param name="token">The column by which a change by another writer is noticed.</param>
    internal EntityTable(string name, string token = "Version")
    {
        _name = name;
        _columns = [
            .. typeof(T).GetProperties().Where(property => property.SetMethod is not null).Select(property => new Column(property))];
        _key = Array.FindIndex(_columns, column => column.Name == "Id");
        _token = Array.FindIndex(_columns, column => column.Name == token);
        Columns = string.Join(", ", _columns.Select(column => $"\"{column.Name}\""));
        Select = $"""SELECT {Columns} FROM "{_name}" """;
        Insert = $"""INSERT INTO "{_name}" ({Columns}) VALUES ({string.Join(", ", _columns.Select((_, place) => $"@p{place}"))})""";
    }

    /// <summary>Each column's name and whether it may be null.</summary>
    internal IEnumerable<(string Name, bool IsNullable)> Description => _columns.Select(column => (column.Name, column.IsNullable));

    internal string Columns { get; }

    /// <summary>To be followed by the condition.</summary>
    internal string Select { get; }

    private string Insert { get; }

    /// <summary>Of a row with <see cref="Columns"/>.</summary>
    internal T Read(SqlRow row) => Create(ReadRow(row));

    /// <summary>The values of a row with <see cref="Columns"/>, as <see cref="Values"/> gives them.</summary>
    internal object?[] ReadRow(SqlRow row)
    {
        object?[] values = new object?[_columns.Length];
        for (int place = 0; place < values.Length; place++)
        {
            values[place] = _columns[place].Read(row, place);
        }

        return values;
    }

    internal T Create(object?[] values)
    {
        T entity = _create();
        for (int place = 0; place < values.Length; place++)
        {
            _columns[place].Fill(entity, values[place]);
        }

        return entity;
    }

    /// <summary>The entity's column values, in the order of <see cref="Columns"/>.</summary>
    internal object?[] Values(T entity) => Array.ConvertAll(_columns, column => column.Value(entity));

    internal SqlChange Add(T entity) => SqlChange.Add(Insert, Values(entity));

    /// <summary>Writes the columns that have changed and no others: an index whose columns stand in an update is written again.</summary>
    /// <param name="before">What <see cref="Values"/> gave when it was read.</param>
    /// <returns>Null when nothing has changed.</returns>
    internal SqlChange? Update(T entity, object?[] before)
    {
        ulong changed = 0;
        List<object?> values = [];
        for (int place = 0; place < _columns.Length; place++)
        {
            object? value = _columns[place].Value(entity);
            if (!Equals(value, before[place]))
            {
                changed |= 1UL << place;
                values.Add(value);
            }
        }

        if (changed == 0)
        {
            return null;
        }

        values.Add(before[_key]);
        if (before[_token] is { } version)
        {
            values.Add(version);
        }

        return SqlChange.Update(_updates.GetOrAdd((changed, before[_token] is not null), UpdateOf), [.. values]);
    }

    private string UpdateOf((ulong Changed, bool HasToken) update)
    {
        string[] set = [
            .. _columns.Where((_, place) => (update.Changed & (1UL << place)) != 0).Select((column, at) => $"\"{column.Name}\" = @p{at}")];
        string isUnchanged = update.HasToken ? $"= @p{set.Length + 1}" : "IS NULL";
        return $"""
            UPDATE "{_name}" SET {string.Join(", ", set)} WHERE "Id" = @p{set.Length} AND "{_columns[_token].Name}" {isUnchanged}
            """;
    }

    private sealed class Column
    {
        private readonly Func<T, object?> _get;
        private readonly Action<T, object?> _set;
        private readonly Func<SqlRow, int, object?> _read;

        // For an enum, which is stored as text.
        private readonly Dictionary<object, string> _texts = [];
        private readonly Dictionary<string, object> _values = new(StringComparer.Ordinal);

        internal Column(PropertyInfo property)
        {
            Type type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            Name = property.Name;
            IsNullable = new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;
            _read = ReaderOf(type.IsEnum ? typeof(string) : type);
            foreach (object value in type.IsEnum ? Enum.GetValues(type) : Array.Empty<object>())
            {
                _texts.Add(value, SnakeCase.OfName(value.ToString()!));
                _values.Add(_texts[value], value);
            }

            ParameterExpression entity = Expression.Parameter(typeof(T));
            ParameterExpression stored = Expression.Parameter(typeof(object));
            MemberExpression member = Expression.Property(entity, property);
            _get = Expression.Lambda<Func<T, object?>>(Expression.Convert(member, typeof(object)), entity).Compile();
            _set = Expression.Lambda<Action<T, object?>>(
                Expression.Assign(member, Expression.Convert(stored, property.PropertyType)), entity, stored).Compile();
        }

        internal string Name { get; }

        internal bool IsNullable { get; }

        /// <summary>As the database gives it back.</summary>
        internal object? Value(T entity) => _get(entity) switch
        {
            DateTimeOffset instant => new DateTimeOffset(StorageFormat.Instant(instant)),
            string text => StorageFormat.Text(text),
            Enum value => _texts[value],
            var value => value,
        };

        internal object? Read(SqlRow row, int place) => IsNullable && row.IsNull(place) ? null : _read(row, place);

        internal void Fill(T entity, object? value) => _set(entity, value is string text && _values.Count > 0 ? _values[text] : value);

        private static Func<SqlRow, int, object?> ReaderOf(Type type) => type switch
        {
            _ when type == typeof(string) => static (row, place) => row.Text(place),
            _ when type == typeof(int) => static (row, place) => row.Count(place),
            _ when type == typeof(long) => static (row, place) => row.Number(place),
            _ when type == typeof(bool) => static (row, place) => row.Flag(place),
            _ when type == typeof(Paisa) => static (row, place) => row.Paisa(place),
            _ when type == typeof(DateTimeOffset) => static (row, place) => row.Instant(place),
            _ when type == typeof(DateOnly) => static (row, place) => row.Day(place),
            _ => throw new NotSupportedException($"No column of the order has the type {type}."),
        };
    }
}
