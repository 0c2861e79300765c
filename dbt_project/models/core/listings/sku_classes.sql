with

{{ reference_versions('sku_classes', 'sku_id', ['sku_class']) }}

select * from versions
