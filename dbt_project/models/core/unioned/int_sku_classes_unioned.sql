{{ unioned('sku_classes', key='record_key') }}
