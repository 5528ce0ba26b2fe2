using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using Khalti.Client;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Storage;

/// <summary>
/// The statements for one table, made from the entity's properties: each one that has a setter is a column of its name. A new column takes
/// the property and a migration; a test compares this with EF Core's model. What every checkout runs is compiled once for the whole row.
/// </summary>
internal sealed class EntityTable<T>
    where T : class
{
    private readonly string _name;
    private readonly Column[] _columns;
    private readonly Column _key;
    private readonly Column _token;
    private readonly Func<SqlRow, T> _read;
    private readonly Func<T, T> _copy;
    private readonly Func<T, T, ulong> _changed;
    private readonly ConcurrentDictionary<(ulong Changed, bool HasToken), string> _updates = new();

    /// <param name="token">The column by which a change by another writer is noticed.</param>
    internal EntityTable(string name, string token = "Version")
    {
        _name = name;
        _columns = [
            .. typeof(T).GetProperties().Where(property => property.SetMethod is not null).Select(property => new Column(property))];
        _key = _columns.FirstOrDefault(column => column.Name == "Id") ?? _columns[0];
        _token = _columns.FirstOrDefault(column => column.Name == token) ?? _key;
        (_read, _copy, _changed) = (Reader(), Copier(), Comparer());
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
    internal T Read(SqlRow row) => _read(row);

    /// <summary>The columns of an entity, as they would be read after it is saved.</summary>
    internal T Copy(T entity) => _copy(entity);

    internal SqlChange Add(T entity) => SqlChange.Add(Insert, Array.ConvertAll(_columns, column => column.Value(entity)));

    /// <summary>Writes the columns that have changed and no others: an index whose columns stand in an update is written again.</summary>
    /// <param name="before">As it was read.</param>
    /// <returns>Null when nothing has changed.</returns>
    internal SqlChange? Update(T after, T before)
    {
        ulong changed = _changed(after, before);
        if (changed == 0)
        {
            return null;
        }

        List<object?> values = [.. _columns.Where((_, place) => IsSet(changed, place)).Select(column => column.Value(after))];
        values.Add(_key.Value(before));
        object? version = _token.Value(before);
        if (version is not null)
        {
            values.Add(version);
        }

        return SqlChange.Update(_updates.GetOrAdd((changed, version is not null), UpdateOf), [.. values]);
    }

    private static bool IsSet(ulong changed, int place) => (changed & (1UL << place)) != 0;

    private string UpdateOf((ulong Changed, bool HasToken) update)
    {
        string[] set = [
            .. _columns.Where((_, place) => IsSet(update.Changed, place)).Select((column, at) => $"\"{column.Name}\" = @p{at}")];
        string isUnchanged = update.HasToken ? $"= @p{set.Length + 1}" : "IS NULL";
        return $"""
            UPDATE "{_name}" SET {string.Join(", ", set)} WHERE "Id" = @p{set.Length} AND "{_token.Name}" {isUnchanged}
            """;
    }

    private Func<SqlRow, T> Reader()
    {
        ParameterExpression row = Expression.Parameter(typeof(SqlRow));
        return Expression.Lambda<Func<SqlRow, T>>(
            Expression.MemberInit(
                Expression.New(typeof(T)), _columns.Select((column, place) => Expression.Bind(column.Property, column.Read(row, place)))),
            row).Compile();
    }

    private Func<T, T> Copier()
    {
        ParameterExpression entity = Expression.Parameter(typeof(T));
        return Expression.Lambda<Func<T, T>>(
            Expression.MemberInit(
                Expression.New(typeof(T)), _columns.Select(column => Expression.Bind(column.Property, column.AsStored(entity)))),
            entity).Compile();
    }

    // One bit for each column.
    private Func<T, T, ulong> Comparer()
    {
        ParameterExpression after = Expression.Parameter(typeof(T)), before = Expression.Parameter(typeof(T));
        return Expression.Lambda<Func<T, T, ulong>>(
            _columns.Select((column, place) => (Expression)Expression.Condition(
                Expression.NotEqual(Expression.Property(after, column.Property), Expression.Property(before, column.Property)),
                Expression.Constant(1UL << place), Expression.Constant(0UL)))
            .Aggregate(Expression.Or),
            after, before).Compile();
    }

    private sealed class Column
    {
        private readonly Type _type;
        private readonly Func<T, object?> _value;

        internal Column(PropertyInfo property)
        {
            Property = property;
            _type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            IsNullable = new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;
            ParameterExpression entity = Expression.Parameter(typeof(T));
            Expression value = Expression.Property(entity, property);
            if (_type.IsEnum)
            {
                value = Call(nameof(WordOf), [_type], Expression.Convert(value, typeof(Nullable<>).MakeGenericType(_type)));
            }

            _value = Expression.Lambda<Func<T, object?>>(Expression.Convert(value, typeof(object)), entity).Compile();
        }

        internal PropertyInfo Property { get; }

        internal string Name => Property.Name;

        internal bool IsNullable { get; }

        /// <summary>As a parameter of a statement.</summary>
        internal object? Value(T entity) => _value(entity);

        internal Expression Read(ParameterExpression row, int place)
        {
            Expression column = Expression.Constant(place);
            Expression value = Expression.Call(row, ReaderOf(_type.IsEnum ? typeof(string) : _type), null, column);
            value = _type.IsEnum ? Expression.Call(typeof(SnakeCase), nameof(SnakeCase.Read), [_type], value) : value;
            value = Expression.Convert(value, Property.PropertyType);
            return IsNullable
                ? Expression.Condition(
                    Expression.Call(row, nameof(SqlRow.IsNull), null, column), Expression.Default(Property.PropertyType), value)
                : value;
        }

        internal Expression AsStored(ParameterExpression entity)
        {
            Expression value = Expression.Property(entity, Property);
            return _type == typeof(DateTimeOffset)
                ? Expression.Convert(
                    Call(nameof(StoredInstant), null, Expression.Convert(value, typeof(DateTimeOffset?))), Property.PropertyType)
                : _type == typeof(string) ? Call(nameof(StoredText), null, value) : value;
        }

        private static MethodCallExpression Call(string method, Type[]? types, Expression value) =>
            Expression.Call(typeof(Column), method, types, value);

        private static string? WordOf<TEnum>(TEnum? value)
            where TEnum : struct, Enum => value is { } one ? SnakeCase.Of(one) : null;

        private static DateTimeOffset? StoredInstant(DateTimeOffset? instant) =>
            instant is { } one ? new DateTimeOffset(StorageFormat.Instant(one)) : null;

        private static string? StoredText(string? text) => text is null ? null : StorageFormat.Text(text);

        private static string ReaderOf(Type type) => type switch
        {
            _ when type == typeof(string) => nameof(SqlRow.Text),
            _ when type == typeof(int) => nameof(SqlRow.Count),
            _ when type == typeof(long) => nameof(SqlRow.Number),
            _ when type == typeof(bool) => nameof(SqlRow.Flag),
            _ when type == typeof(Paisa) => nameof(SqlRow.Paisa),
            _ when type == typeof(DateTimeOffset) => nameof(SqlRow.Instant),
            _ when type == typeof(DateOnly) => nameof(SqlRow.Day),
            _ => throw new NotSupportedException($"No column of the order has the type {type}."),
        };
    }
}
